import type { TapeRow } from "#contract/live.ts";
import { withoutProducerId, type GroupKind } from "./tape-groups.ts";

export interface AnswerView {
  readonly text: string;
  readonly tone: "absorbed" | "through" | "wait" | "quiet" | "plain";
}

/** What became of a request, in the words of the tape. */
export function answerView(row: TapeRow): AnswerView {
  switch (row.outcome) {
    case "in-flight":
      return { text: "in flight", tone: "wait" };
    case "unknown":
      return { text: "unknown", tone: "wait" };
    case "absorbed":
      return { text: "absorbed", tone: "absorbed" };
    case "refused":
      return { text: `refused, error ${row.errorCode ?? "?"}`, tone: "plain" };
    case "found-in-log":
      return { text: "found in log", tone: "plain" };
    case "lost":
      return { text: "never stored", tone: "quiet" };
    case "appended":
      break;
  }
  if (!row.delivered) return { text: "answer lost", tone: "wait" };
  if (row.repeats === null) return { text: "stored", tone: "quiet" };
  return { text: "stored again", tone: row.producerId === withoutProducerId ? "through" : "plain" };
}

/** First and last sequence of a batch; sequences wrap after 2^31 − 1. */
export function sequenceText(row: TapeRow): string {
  const last = (row.baseSequence + row.records - 1) % 2 ** 31;
  return row.records === 1 ? String(row.baseSequence) : `${row.baseSequence}–${last}`;
}

const separatedUpTo = 9_999;
/** Beyond it there is no room for both ends of a log. */
const bothEndsUpTo = 99_999;
const counts = new Intl.NumberFormat("en-US");

/** Offsets have separators while they are short; long ones are read as ids. */
export function offsetText(offset: number | null): string {
  if (offset === null) return "";
  return offset > separatedUpTo ? String(offset) : counts.format(offset);
}

/** `480 → 485`, or `485 = 485` where the log end did not move; of long offsets only the end: `→ 2524500`. */
export function logEndText({ logEndBefore: before, logEndAfter: after }: TapeRow): string {
  if (before === null || after === null) return "";
  const sign = before === after ? "=" : "→";
  return after > bothEndsUpTo ? `${sign} ${offsetText(after)}` : `${offsetText(before)} ${sign} ${offsetText(after)}`;
}

export const groupTitles: Readonly<Record<GroupKind, { readonly title: string; readonly explanation: string }>> = {
  joined: { title: "Same sequence, same offset:", explanation: "the broker stored it once" },
  "stored-again": { title: "No sequence, new offset:", explanation: "the broker cannot know it" },
  "new-producer": { title: "New producer id, sequence from 0:", explanation: "layer 1 cannot know it" },
  "new-record": { title: "A new record of the same payments:", explanation: "its sequence goes on" },
  open: { title: "Sent again:", explanation: "no answer yet" },
};
