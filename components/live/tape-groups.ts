import { limits } from "#contract/limits.ts";
import type { TapeRow } from "#contract/live.ts";

/**
 * joined: same producer id, epoch and sequence again, so that the broker stored it once. stored-again: without a
 * sequence the broker cannot know the copy. new-producer: a restarted producer begins at sequence 0. new-record: the
 * application sent it again, which is a new sequence. open: a repeat whose outcome is not known yet.
 */
export type GroupKind = "joined" | "stored-again" | "new-producer" | "new-record" | "open";

export interface TapeGroup {
  readonly key: string;
  readonly kind: GroupKind;
  readonly faultId: number | null;
  readonly rows: readonly TapeRow[];
}

export interface TapeView {
  /** Repeats, newest first, protected lane before unprotected. */
  readonly pinned: readonly TapeGroup[];
  /** All other requests, newest first. */
  readonly live: readonly TapeRow[];
}

export const withoutProducerId = "-1";

const sameSequence = (left: TapeRow, right: TapeRow): boolean =>
  left.producerId !== withoutProducerId &&
  left.producerId === right.producerId &&
  left.epoch === right.epoch &&
  left.baseSequence === right.baseSequence &&
  left.partition === right.partition;

function kindOf(rows: readonly TapeRow[]): GroupKind {
  const [first] = rows;
  const again = rows.at(-1);
  if (first === undefined || again === undefined) return "open";
  if (rows.length === 1 && first.cause === "application-again") return "new-record";
  if (again.outcome === "in-flight" || again.outcome === "unknown") return "open";
  if (sameSequence(first, again)) return "joined";
  return again.producerId === withoutProducerId ? "stored-again" : "new-producer";
}

const laneOrder = (group: TapeGroup): number => (group.rows[0]?.lane === "protected" ? 0 : 1);
const newest = (group: TapeGroup): number => Math.max(...group.rows.map(({ attemptId }) => attemptId));

/** Repeats of one fault stay together, whichever lane wrote last. */
function inOrder(groups: readonly TapeGroup[]): readonly TapeGroup[] {
  const newestOfFault = new Map<string, number>();
  const place = (group: TapeGroup): string => (group.faultId === null ? group.key : `fault ${group.faultId}`);
  for (const group of groups) {
    newestOfFault.set(place(group), Math.max(newestOfFault.get(place(group)) ?? 0, newest(group)));
  }
  return groups.toSorted(
    (a, b) =>
      (newestOfFault.get(place(b)) ?? 0) - (newestOfFault.get(place(a)) ?? 0) ||
      laneOrder(a) - laneOrder(b) ||
      newest(a) - newest(b),
  );
}

/** Splits the tape: each repeated batch with its first attempt, and the rest as it came. */
export function tapeView(rows: Iterable<TapeRow>, pinnedGroupsMax: number = limits.tapePinnedGroupsMax): TapeView {
  const byId = new Map<number, TapeRow>();
  for (const row of rows) byId.set(row.attemptId, row);
  const families = new Map<number, TapeRow[]>();
  for (const row of byId.values()) {
    const isAgain = row.repeats !== null || row.cause === "application-again";
    if (!isAgain) continue;
    const head = row.repeats ?? row.attemptId;
    const family = families.get(head) ?? [byId.get(head)].filter((first) => first !== undefined);
    if (!family.includes(row)) family.push(row);
    families.set(head, family);
  }
  const groups = [...families].map(([head, family]): TapeGroup => {
    const ordered = family.toSorted((a, b) => a.attemptId - b.attemptId);
    const faultId = ordered.find((row) => row.faultId !== null)?.faultId ?? null;
    return { key: String(head), kind: kindOf(ordered), faultId, rows: ordered };
  });
  const pinned = inOrder(groups).slice(0, pinnedGroupsMax);
  const taken = new Set(pinned.flatMap((group) => group.rows.map(({ attemptId }) => attemptId)));
  const live = [...byId.values()].filter(({ attemptId }) => !taken.has(attemptId));
  return { pinned, live: live.toSorted((a, b) => b.attemptId - a.attemptId) };
}

/** Attempts that must outlive the tape's limit because a repeat is pinned on them. */
export function keepTape(
  rows: ReadonlyMap<number, TapeRow>,
  rowsMax: number = limits.tapeRowsMax,
): Map<number, TapeRow> {
  const { pinned, live } = tapeView(rows.values());
  const kept = [...pinned.flatMap((group) => group.rows), ...live.slice(0, rowsMax)];
  return new Map(kept.map((row) => [row.attemptId, row]));
}
