/** A sleep that can be cut short. A wake-up before the sleep is remembered once. */
export class Wake {
  #waiting: (() => void) | undefined;
  #pending = false;

  now(): void {
    if (this.#waiting === undefined) this.#pending = true;
    else this.#waiting();
  }

  wait(delayMs: number): Promise<void> {
    if (this.#pending) {
      this.#pending = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.#waiting = done;
    });
  }
}
