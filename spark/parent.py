"""The process that started this job, a JSON line each way: what this job wants to know goes to standard output, the
answers come from standard input."""

import fcntl
import json
import os
import queue
import sys
import threading


class Parent:
    def __init__(self):
        self.settings = json.loads(sys.stdin.buffer.readline())
        self._answers = queue.SimpleQueue()
        self._jvm = None
        # Held by the operating system for as long as this process lives: two drivers must not share a checkpoint, and a
        # parent that was killed comes back at once.
        self._lock = open(self.settings["lock"], "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        threading.Thread(target=self._listen, daemon=True).start()

    def takes_along(self, jvm) -> None:
        """The Java virtual machine, a `subprocess.Popen`, ends before this process does."""
        self._jvm = jvm

    def end(self, code: int) -> None:
        """Ends both processes at once: what Spark has logged survives that, and Python's own way out would wait for the
        thread that listens."""
        if self._jvm is not None:
            self._jvm.kill()
            self._jvm.wait()
        os._exit(code)

    def say(self, message: dict) -> None:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    def ask(self, message: dict) -> dict:
        """Waits for the answer; one question at a time."""
        self.say(message)
        return self._answers.get()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            self._answers.put(json.loads(line))
        # The parent's end of the pipe is closed, however it died.
        self.end(0)
