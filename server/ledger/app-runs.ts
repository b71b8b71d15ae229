import type { DatabaseSync } from "node:sqlite";
import type { LaneName, Protections } from "#contract/names.ts";
import type { Snapshot } from "#contract/snapshot.ts";

export type LaneProtections = Readonly<Record<LaneName, Protections>>;
/** Log end offset per partition of a lane's topic when the run began. */
export type LogStarts = Readonly<Record<LaneName, readonly number[]>>;

export interface RunRecord {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly seed: number;
  readonly partitions: number;
  /** Null until the topics exist. */
  readonly logStarts: LogStarts | null;
  readonly protections: LaneProtections;
}

interface RunRow {
  readonly run_id: string;
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly seed: number;
  readonly partitions: number;
  readonly log_starts: string | null;
  readonly protections: string;
}

const columns = "run_id, started_at_ms, ended_at_ms, seed, partitions, log_starts, protections";

function toRecord(row: RunRow): RunRecord {
  return {
    runId: row.run_id,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    seed: row.seed,
    partitions: row.partitions,
    logStarts: row.log_starts === null ? null : (JSON.parse(row.log_starts) as LogStarts),
    protections: JSON.parse(row.protections) as LaneProtections,
  };
}

/** Runs, newest first. A run that has no end is the one to go on with. */
export class RunsLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  list(): readonly RunRecord[] {
    const rows = this.#database.prepare(`select ${columns} from runs order by started_at_ms desc, run_id`).all();
    return (rows as unknown as RunRow[]).map(toRecord);
  }

  insert(run: Omit<RunRecord, "endedAtMs" | "logStarts">): void {
    this.#database
      .prepare("insert into runs (run_id, started_at_ms, seed, partitions, protections) values (?, ?, ?, ?, ?)")
      .run(run.runId, run.startedAtMs, run.seed, run.partitions, JSON.stringify(run.protections));
  }

  setLogStarts(runId: string, logStarts: LogStarts): void {
    this.#database.prepare("update runs set log_starts = ? where run_id = ?").run(JSON.stringify(logStarts), runId);
  }

  setProtections(runId: string, protections: LaneProtections): void {
    this.#database.prepare("update runs set protections = ? where run_id = ?").run(JSON.stringify(protections), runId);
  }

  end(runId: string, endedAtMs: number, snapshot: Snapshot): void {
    this.#database
      .prepare("update runs set ended_at_ms = ?, final_snapshot = ? where run_id = ?")
      .run(endedAtMs, JSON.stringify(snapshot), runId);
  }

  /** The last snapshot of a run that has ended; undefined for an unknown or a running one. */
  finalSnapshot(runId: string): Snapshot | undefined {
    const row = this.#database.prepare("select final_snapshot from runs where run_id = ?").get(runId);
    const text = row?.["final_snapshot"];
    return typeof text === "string" ? (JSON.parse(text) as Snapshot) : undefined;
  }

  remove(runId: string): void {
    for (const table of ["runs", "faults", "series"]) {
      this.#database.prepare(`delete from ${table} where run_id = ?`).run(runId);
    }
  }
}
