/** Wakes everybody who waits; a signal that nobody waited for is kept for the next one who does. */
export class Signal {
  readonly #waiters = new Set<() => void>();
  #missed = false;

  notify(): void {
    if (this.#waiters.size === 0) this.#missed = true;
    for (const wake of this.#waiters) wake();
  }

  /** Resolves at the next signal, at once after one that was missed, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (this.#missed) {
      this.#missed = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
  }
}
