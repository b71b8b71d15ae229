import type { TapeRow } from "#contract/live.ts";
import { answerView } from "./tape-answer.ts";

/** Every word of the search must begin something in the row: lane, answer, producer id, partition, batch or fault. */
export function matchesSearch(row: TapeRow, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const fault = row.faultId === null ? "" : `fault${row.faultId}`;
  const tokens = [
    row.lane,
    ...answerView(row).text.split(" "),
    row.outcome,
    row.producerId,
    `p${row.partition}`,
    `batch${row.batchId}`,
    fault,
    ...row.cause.split("-"),
    String(row.baseOffset ?? ""),
    String(row.baseSequence),
  ];
  return words.every((word) => tokens.some((token) => token.toLowerCase().startsWith(word)));
}
