import type { DatabaseSync } from "node:sqlite";
import type { LaneName } from "#contract/names.ts";
import { toArmedFault } from "./attempts-schema.ts";
import type { ArmedFault } from "./attempts-types.ts";

/** The faults that act in the producer, in the ledger of its attempts: a restarted producer goes on with them. */
export class AttemptsFaults {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  arm(fault: Omit<ArmedFault, "endedAtMs">): void {
    this.#database
      .prepare("INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?, ?, NULL)")
      .run(
        fault.faultId,
        fault.kind,
        JSON.stringify(fault.parameters),
        fault.armedAtMs,
        fault.firstBatchId,
        fault.lastBatchId,
        fault.endsAtMs,
      );
  }

  setLastBatch(faultId: number, lastBatchId: number): void {
    this.#database.prepare("UPDATE faults SET last_batch_id = ? WHERE fault_id = ?").run(lastBatchId, faultId);
  }

  end(faultId: number, endedAtMs: number): void {
    this.#database.prepare("UPDATE faults SET ended_at_ms = ? WHERE fault_id = ?").run(endedAtMs, faultId);
  }

  /** Faults that have not ended, in the order in which they were armed. */
  open(): readonly ArmedFault[] {
    const rows = this.#database.prepare("SELECT * FROM faults WHERE ended_at_ms IS NULL ORDER BY fault_id").all();
    return rows.map(toArmedFault);
  }

  isKnown(faultId: number): boolean {
    return this.#database.prepare("SELECT 1 FROM faults WHERE fault_id = ?").get(faultId) !== undefined;
  }

  /** On which batches of which lanes a fault has already acted. */
  actedOn(faultId: number): readonly { readonly lane: LaneName; readonly batchId: number }[] {
    const rows = this.#database
      .prepare("SELECT DISTINCT lane, batch_id FROM attempts WHERE fault_id = ? AND fault_plan IS NOT NULL")
      .all(faultId);
    return rows.map((row) => ({ lane: row["lane"] as LaneName, batchId: Number(row["batch_id"]) }));
  }
}
