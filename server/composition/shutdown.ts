import { setTimeout as pause } from "node:timers/promises";
import type { Supervisor } from "../processes/supervisor.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";

/** Everything is on disk at any moment, so what is not gone by then is killed. */
const deadlineMs = 7_000;

/** The way down, whatever was started so far: the last part first, the children in any case, within a deadline. */
export class Shutdown {
  readonly #logger: Logger;
  readonly #steps: (() => void | Promise<void>)[] = [];
  #supervisor: Supervisor | undefined;
  #begun = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /** Undone before what was added earlier. */
  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  supervise(supervisor: Supervisor): void {
    this.#supervisor = supervisor;
    this.add(() => supervisor.stopAll());
  }

  /** False when it is under way already. Never fails: what cannot be undone is logged. */
  async run(): Promise<boolean> {
    if (this.#begun) return false;
    this.#begun = true;
    await Promise.race([this.#undoAll(), pause(deadlineMs)]);
    this.#killLeftOver();
    return true;
  }

  async #undoAll(): Promise<void> {
    for (const step of this.#steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        this.#logger.warn({ reason: messageOf(error) }, "a part did not stop cleanly");
      }
    }
  }

  /** A frozen child would outlive this process. */
  #killLeftOver(): void {
    for (const { name } of this.#supervisor?.snapshots() ?? []) this.#supervisor?.kill(name, "SIGKILL");
  }
}
