import type { DurationName } from "./progress.ts";

/** Time per step of a batch. */
export class Stopwatch {
  readonly startMs: number;
  readonly #elapsedMs: () => number;
  readonly #laps = new Map<DurationName, number>();
  #lastMs: number;

  constructor(elapsedMs: () => number, startMs: number) {
    this.#elapsedMs = elapsedMs;
    this.startMs = startMs;
    this.#lastMs = startMs;
  }

  lap(name: DurationName): void {
    const nowMs = this.#elapsedMs();
    this.#laps.set(name, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  durations(): Record<DurationName, number> {
    const lap = (name: DurationName) => this.#laps.get(name) ?? 0;
    return {
      latestOffset: lap("latestOffset"),
      walCommit: lap("walCommit"),
      getBatch: lap("getBatch"),
      addBatch: lap("addBatch"),
      commitOffsets: lap("commitOffsets"),
      triggerExecution: this.#elapsedMs() - this.startMs,
    };
  }
}
