import type { LaneName } from "#contract/names.ts";
import type { ConsumerReader } from "../consumer/reader.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { AttemptTotals } from "../ledger/attempts-types.ts";
import type { Cut } from "../live/equations.ts";
import type { Reading } from "../live/readings.ts";
import type { BrokerLink } from "./broker-link.ts";

export interface BrokerState {
  /** Next offset per partition, index = partition. */
  readonly ends: readonly number[];
  /** Records per partition since the run's start. */
  readonly stored: readonly number[];
  readonly reading: Reading;
  /** Equation 3, when nothing moved while the broker was read; null otherwise. */
  readonly cut: Cut | null;
  /** Equation 4a on the checkpoint that was read just before; null before the first commit. */
  readonly lagCut: Cut | null;
}

export interface BrokerWatchPorts {
  readonly runId: string;
  readonly lane: LaneName;
  readonly starts: readonly number[];
  readonly link: Pick<BrokerLink, "logEnds">;
  readonly attempts: Pick<AttemptsReader, "totals">;
  readonly consumer: Pick<ConsumerReader, "read">;
}

function sameAttempts(before: AttemptTotals, after: AttemptTotals): boolean {
  const names = ["attempted", "appended", "foundInLog", "unknown", "inFlight"] as const;
  return before.inFlight.count === 0 && names.every((name) => before[name].count === after[name].count);
}

/**
 * Reads the ledger, the broker, and the ledger again: exact when the ledger did not move and nothing was in flight.
 * The checkpoint is read first, so that it is never ahead of the log end and lag is never negative.
 */
export async function readBroker(ports: BrokerWatchPorts): Promise<BrokerState> {
  const { runId, lane, starts, link, attempts, consumer } = ports;
  const checkpoint = consumer.read();
  const before = attempts.totals(lane);
  const { ends, atMs } = await link.logEnds(runId, lane);
  const after = attempts.totals(lane);
  const stored = ends.map((end, partition) => end - (starts[partition] ?? 0));
  const total = stored.reduce((sum, records) => sum + records, 0);
  const asOf = new Date(atMs).toISOString();
  const behind = ends.map((end, partition) => end - (checkpoint?.offsets[partition] ?? starts[partition] ?? 0));
  const lag = behind.reduce((sum, records) => sum + records, 0);
  const { appended, foundInLog, unknown } = after;
  return {
    ends,
    stored,
    reading: { amounts: { stored: { count: total, money: null }, lag: { count: lag, money: null } }, asOf },
    cut: sameAttempts(before, after)
      ? {
          counts: { stored: total, appended: appended.count, foundInLog: foundInLog.count },
          uncertainty: unknown.count,
          at: asOf,
        }
      : null,
    lagCut:
      checkpoint === null
        ? null
        : { counts: { stored: total, read: checkpoint.totals?.read.count ?? 0, lag }, at: asOf },
  };
}
