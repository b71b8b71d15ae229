import type { Verdict } from "#contract/snapshot.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway, InsertRow } from "./gateway.ts";
import type { Progress } from "./types.ts";

/** Recorded verdicts that are remembered or read back after a restart, at most: half a day of windows. */
const verdictsMax = 5_000;

/** A verdict of a window (`startMs`) or of the lane (null). */
export interface RecordedVerdict {
  readonly startMs: number | null;
  readonly verdict: Verdict;
  readonly wrong: number;
  readonly reasons: string | null;
}
export type LastVerdicts = ReadonlyMap<number | null, RecordedVerdict>;

export async function readLastVerdicts(gateway: Gateway, { statements }: Definitions): Promise<LastVerdicts> {
  const rows = await gateway.query(statements["last-verdicts"], { windowsMax: verdictsMax });
  const recorded = rows.map((row) => ({
    startMs: row["window_start"] === null ? null : Date.parse(String(row["window_start"])),
    verdict: row["verdict"] as Verdict,
    wrong: Number(row["wrong"]),
    reasons: row["reasons"] === null ? null : String(row["reasons"]),
  }));
  return new Map(recorded.map((one) => [one.startMs, one]));
}

/** What differs from the last record. A window that is merely waiting at first sight is no change. */
export function changedVerdicts(last: LastVerdicts, present: readonly RecordedVerdict[]): RecordedVerdict[] {
  return present.filter((one) => {
    const known = last.get(one.startMs);
    if (known === undefined) return one.startMs === null || one.verdict !== "PENDING";
    return known.verdict !== one.verdict || known.wrong !== one.wrong || known.reasons !== one.reasons;
  });
}

/** The last verdicts with what changed now, the longest unchanged forgotten beyond the limit. */
export function rememberVerdicts(last: LastVerdicts, changed: readonly RecordedVerdict[]): LastVerdicts {
  const verdicts = new Map(last);
  for (const one of changed) {
    verdicts.delete(one.startMs);
    verdicts.set(one.startMs, one);
  }
  for (const startMs of verdicts.keys()) {
    if (verdicts.size <= verdictsMax) break;
    if (startMs !== null) verdicts.delete(startMs);
  }
  return verdicts;
}

/** Rows for reconciliation_runs; the insertId makes a repeated insert of a cycle recognisable. */
export function verdictRows(
  changed: readonly RecordedVerdict[],
  context: {
    readonly progress: Progress;
    readonly batchId: number;
    readonly judgedAt: string;
    readonly settledUntil: string | null;
    readonly waitingFor: string | null;
  },
): InsertRow[] {
  const { progress } = context;
  return changed.map((one) => ({
    insertId: `${progress.cycle}-${one.startMs ?? "lane"}-${context.judgedAt}`,
    json: {
      cycle: progress.cycle,
      judged_at: context.judgedAt,
      window_start: one.startMs === null ? null : new Date(one.startMs).toISOString(),
      verdict: one.verdict,
      wrong: one.wrong,
      settled_until: context.settledUntil,
      waiting_for: one.startMs === null ? context.waitingFor : null,
      reasons: one.reasons,
      intents_watermark: progress.intentsWatermark,
      settled_sequence: progress.settledSequence,
      batch_id: context.batchId,
    },
  }));
}
