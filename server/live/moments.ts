import type { Moment, TapeRow } from "#contract/live.ts";

/** What to tell the page when a tape row turns up or changes; undefined when a person need not look. */
export function momentOf(row: TapeRow, before: TapeRow | undefined): Moment | undefined {
  const facts = {
    at: row.at,
    lane: row.lane,
    faultId: row.faultId,
    attemptId: row.attemptId,
    records: row.records,
  };
  const settledNow = row.outcome !== before?.outcome;
  if (settledNow && row.outcome === "absorbed") return { kind: "copy-absorbed", ...facts };
  const isStored = row.outcome === "appended" || row.outcome === "found-in-log";
  if (settledNow && isStored && row.repeats !== null) return { kind: "copy-stored", ...facts };
  if (before === undefined && row.attemptNumber > 1) return { kind: "retry-seen", ...facts };
  return undefined;
}
