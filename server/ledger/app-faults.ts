import type { DatabaseSync } from "node:sqlite";
import type { FaultParameters } from "#contract/faults.ts";
import type { LaneName } from "#contract/names.ts";
import type { FaultState } from "#contract/snapshot.ts";

export interface FaultRecord {
  readonly faultId: number;
  readonly kind: string;
  readonly parameters: FaultParameters;
  readonly state: FaultState;
  readonly atMs: number;
  readonly endedAtMs: number | null;
}

interface FaultRow {
  readonly fault_id: number;
  readonly kind: string;
  readonly parameters: string;
  readonly state: string;
  readonly at_ms: number;
  readonly ended_at_ms: number | null;
}

/** The faults that people injected into a run, numbered from 1; the number is on the button, the mark and the tape. */
export class FaultsLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add(runId: string, fault: Omit<FaultRecord, "faultId" | "endedAtMs">): number {
    const row = this.#database
      .prepare(
        `insert into faults (run_id, fault_id, kind, parameters, state, at_ms)
         values (?, (select coalesce(max(fault_id), 0) + 1 from faults where run_id = ?), ?, ?, ?, ?)
         returning fault_id`,
      )
      .get(runId, runId, fault.kind, JSON.stringify(fault.parameters), fault.state, fault.atMs);
    return Number(row?.["fault_id"]);
  }

  setState(runId: string, faultId: number, state: FaultState, endedAtMs: number | null): void {
    this.#database
      .prepare("update faults set state = ?, ended_at_ms = ? where run_id = ? and fault_id = ?")
      .run(state, endedAtMs, runId, faultId);
  }

  /** What is known of a fault in one lane: where it acted and what came of it, as its hand wrote it. */
  setLane(runId: string, faultId: number, lane: LaneName, facts: unknown): void {
    this.#database
      .prepare("insert or replace into fault_lanes (run_id, fault_id, lane, facts) values (?, ?, ?, ?)")
      .run(runId, faultId, lane, JSON.stringify(facts));
  }

  lane(runId: string, faultId: number, lane: LaneName): unknown {
    const row = this.#database
      .prepare("select facts from fault_lanes where run_id = ? and fault_id = ? and lane = ?")
      .get(runId, faultId, lane);
    return row === undefined ? undefined : JSON.parse(String(row["facts"]));
  }

  /** Every fault to which something was written of the lane. */
  lanes(runId: string, lane: LaneName): readonly { readonly faultId: number; readonly facts: unknown }[] {
    return this.#database
      .prepare("select fault_id, facts from fault_lanes where run_id = ? and lane = ? order by fault_id")
      .all(runId, lane)
      .map((row) => ({ faultId: Number(row["fault_id"]), facts: JSON.parse(String(row["facts"])) as unknown }));
  }

  /** Faults that are armed or acting, oldest first. */
  open(runId: string): readonly FaultRecord[] {
    const rows = this.#database
      .prepare("select * from faults where run_id = ? and state in ('armed', 'acting') order by fault_id")
      .all(runId) as unknown as FaultRow[];
    return rows.map(toRecord);
  }

  /** The last `limit` faults of a run in the order in which they were injected. */
  list(runId: string, limit: number): readonly FaultRecord[] {
    const rows = this.#database
      .prepare("select * from faults where run_id = ? order by fault_id desc limit ?")
      .all(runId, limit) as unknown as FaultRow[];
    return rows.toReversed().map(toRecord);
  }
}

function toRecord(row: FaultRow): FaultRecord {
  return {
    faultId: row.fault_id,
    kind: row.kind,
    parameters: JSON.parse(row.parameters) as FaultParameters,
    state: row.state as FaultState,
    atMs: row.at_ms,
    endedAtMs: row.ended_at_ms,
  };
}
