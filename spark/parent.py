"""The process that started this job, a JSON line each way: what it wants to know goes to standard output, what it
answers comes from standard input. When that ends, however the parent died, this job ends too: two drivers must not
share a checkpoint."""

import json
import os
import queue
import sys
import threading


class Parent:
    def __init__(self):
        self.settings = json.loads(sys.stdin.buffer.readline())
        self._answers = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

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
        os._exit(0)
