import type { LaneName } from "#contract/names.ts";
import type { ProcessSnapshot } from "#contract/snapshot.ts";

export type AlarmSource = "simulator" | "broker" | "producer" | "faults" | `${"consumer" | "warehouse"} ${LaneName}`;

/** What somebody must look at, in words, by where it comes from. */
export class RunAlarms {
  readonly #texts = new Map<AlarmSource, string>();

  /** Null clears it. */
  set(source: AlarmSource, text: string | null): void {
    if (text === null) this.#texts.delete(source);
    else this.#texts.set(source, text);
  }

  list(): readonly string[] {
    return [...this.#texts.values()];
  }

  /** Those of the broker and the warehouses: the run cannot go on. */
  silences(): readonly string[] {
    return (["broker", "warehouse protected", "warehouse unprotected"] as const).flatMap(
      (source) => this.#texts.get(source) ?? [],
    );
  }

  /** What does not answer or does not run, in the words that follow "waits for". */
  down(lane: LaneName, brokers: string, processes: readonly ProcessSnapshot[]): readonly string[] {
    return [
      ...(this.#texts.has("broker") ? [`the broker at ${brokers}`] : []),
      ...(this.#texts.has(`warehouse ${lane}`) ? ["the warehouse"] : []),
      ...processes
        .filter((entry) => entry.state !== "running" && (entry.lane === null || entry.lane === lane))
        .map(({ name, state }) => `the ${name} is ${state.replace("-", " ")}`),
    ];
  }
}
