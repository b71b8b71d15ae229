import type { Inserter, InsertRow, InsertTap } from "./sink/inserter.ts";

/** What acts on inserts once it is armed. */
interface ArmedTap<Fault> extends InsertTap {
  readonly arm: (fault: Fault) => void;
}

/**
 * A tap that is loaded when something is armed: nearly always nothing is, and what it brings along would be a third of
 * what a consumer loads before it reads again after a crash.
 */
export class LateTap<Fault> implements InsertTap {
  readonly #load: () => Promise<ArmedTap<Fault>>;
  #loading: Promise<ArmedTap<Fault>> | null = null;
  #tap: InsertTap | null = null;

  constructor(load: () => Promise<ArmedTap<Fault>>) {
    this.#load = load;
  }

  /** Resolves when it acts, from the next insert on. */
  async arm(fault: Fault): Promise<void> {
    this.#loading ??= this.#load();
    const tap = await this.#loading;
    tap.arm(fault);
    this.#tap = tap;
  }

  attach(insert: Inserter["insert"], again: (rows: readonly InsertRow[]) => Promise<void>): Inserter["insert"] {
    let tapped: Inserter["insert"] | null = null;
    return (table, rows) => {
      if (this.#tap === null) return insert(table, rows);
      tapped ??= this.#tap.attach(insert, again);
      return tapped(table, rows);
    };
  }
}
