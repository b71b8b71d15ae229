import { randomUUID } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { DedupscopeError } from "#server/shared/errors.ts";
import type { Clock } from "#server/shared/clock.ts";
import { openDatabase } from "#server/shared/open-database.ts";
import { consumerLimits } from "../limits.ts";

interface Holder {
  readonly epoch: number;
  readonly process_id: number;
  readonly holder: string;
  readonly heartbeat_ms: number;
}

export interface LeaseOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  /** The newest epoch that the checkpoint's files name: a lost lease file must not bring an old epoch back. */
  readonly epochFloor: number;
}

/**
 * Who may write to a checkpoint: one holder with an epoch. A holder whose process is gone, or that has not been heard
 * for `leaseMs` (frozen), is followed by the next epoch; every durable write asks first whether the epoch still holds.
 */
export class Lease {
  readonly epoch: number;
  readonly #database: DatabaseSync;
  readonly #current: StatementSync;
  readonly #timer: NodeJS.Timeout;

  private constructor(database: DatabaseSync, taken: { epoch: number; holder: string }, clock: Clock) {
    this.epoch = taken.epoch;
    this.#database = database;
    this.#current = database.prepare("SELECT epoch FROM lease");
    const heartbeat = database.prepare("UPDATE lease SET heartbeat_ms = ? WHERE epoch = ?");
    this.#timer = setInterval(() => {
      heartbeat.run(clock.nowMs(), taken.epoch);
    }, consumerLimits.leaseHeartbeatMs);
    this.#timer.unref();
  }

  /** Waits up to `waitMs` for the present holder; then throws "already-running". */
  static async take(file: string, options: LeaseOptions): Promise<Lease> {
    const { clock, waitMs, epochFloor } = options;
    const database = openDatabase(file, "the checkpoint's lease", { timeout: 5_000 }, (opened) => {
      opened.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS lease (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL,
        process_id INTEGER NOT NULL, holder TEXT NOT NULL, heartbeat_ms INTEGER NOT NULL)`);
    });
    const holder = randomUUID();
    const giveUpAtMs = clock.nowMs() + waitMs;
    for (;;) {
      const result = tryTake(database, { holder, epochFloor, nowMs: clock.nowMs() });
      if (typeof result === "number") return new Lease(database, { epoch: result, holder }, clock);
      if (clock.nowMs() >= giveUpAtMs) {
        database.close();
        throw new DedupscopeError(
          "already-running",
          `${file}: process ${result.process_id} works on this checkpoint (epoch ${result.epoch}); stop it first`,
        );
      }
      await delay(20);
    }
  }

  /** Throws when another engine has taken over. */
  assertHeld(): void {
    const { epoch } = this.#current.get() as unknown as Holder;
    if (epoch !== this.epoch)
      throw new DedupscopeError(
        "already-running",
        `another engine took this checkpoint over (epoch ${epoch}, ours was ${this.epoch}); this one stops`,
      );
  }

  release(): void {
    clearInterval(this.#timer);
    this.#database.prepare("UPDATE lease SET heartbeat_ms = 0 WHERE epoch = ?").run(this.epoch);
    this.#database.close();
  }
}

function tryTake(
  database: DatabaseSync,
  taker: { readonly holder: string; readonly epochFloor: number; readonly nowMs: number },
): number | Holder {
  const { holder, epochFloor, nowMs } = taker;
  database.exec("BEGIN IMMEDIATE");
  try {
    const present = database.prepare("SELECT epoch, process_id, holder, heartbeat_ms FROM lease").get() as
      | Holder
      | undefined;
    if (present !== undefined && isAlive(present, nowMs)) {
      database.exec("ROLLBACK");
      return present;
    }
    const epoch = Math.max(present?.epoch ?? 0, epochFloor) + 1;
    database
      .prepare("INSERT OR REPLACE INTO lease (only, epoch, process_id, holder, heartbeat_ms) VALUES (1, ?, ?, ?, ?)")
      .run(epoch, process.pid, holder, nowMs);
    database.exec("COMMIT");
    return epoch;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** A heartbeat from the future is a clock that was set back: then only the process decides. */
function isAlive(holder: Holder, nowMs: number): boolean {
  if (nowMs - holder.heartbeat_ms > consumerLimits.leaseMs) return false;
  try {
    process.kill(holder.process_id, 0);
    return true;
  } catch {
    return false;
  }
}
