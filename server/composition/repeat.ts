import { setTimeout as pause } from "node:timers/promises";

/** Calls `task` again and again, `everyMs` after it began or at once when it took longer; never twice at a time. */
export function repeat(task: () => Promise<void>, everyMs: number): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const startedMs = performance.now();
      await task();
      const restMs = Math.max(0, everyMs - (performance.now() - startedMs));
      await pause(restMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const ended = loop();
  return async () => {
    stopping.abort();
    await ended;
  };
}
