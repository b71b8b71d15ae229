/** Calls `task` again and again, `everyMs` after it began or at once when it took longer; never twice at a time. */
export function repeat(task: () => Promise<void>, everyMs: number): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, delayMs);
    });

  async function loop(): Promise<void> {
    while (!stopped) {
      const startedMs = performance.now();
      await task();
      const restMs = everyMs - (performance.now() - startedMs);
      if (!stopped) await pause(Math.max(0, restMs));
    }
  }

  const ended = loop();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    wake?.();
    await ended;
  };
}
