import type { DatabaseSync } from "node:sqlite";
import { limits } from "#contract/limits.ts";
import type { SeriesPoint } from "#contract/live.ts";

/** One point a second of a run's timelines, so that they are still there after a restart; capped. */
export class HistoryLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  append(runId: string, point: SeriesPoint): void {
    const atMs = Date.parse(point.at);
    this.#database
      .prepare("insert or replace into series (run_id, at_ms, point) values (?, ?, ?)")
      .run(runId, atMs, JSON.stringify(point));
    const keepMs = limits.seriesPointsMax * limits.seriesIntervalMs;
    this.#database.prepare("delete from series where run_id = ? and at_ms < ?").run(runId, atMs - keepMs);
  }

  list(runId: string): readonly SeriesPoint[] {
    const rows = this.#database.prepare("select point from series where run_id = ? order by at_ms").all(runId);
    return rows.map((row) => JSON.parse(String(row["point"])) as SeriesPoint);
  }
}
