import { memo } from "react";
import type { TapeRow } from "#contract/live.ts";
import { formatClock } from "./format.ts";
import { answerView, logEndText, offsetText, sequenceText } from "./tape-answer.ts";
import { withoutProducerId, type GroupKind } from "./tape-groups.ts";

interface RowPlace {
  readonly kind: GroupKind;
  readonly again: boolean;
  readonly last: boolean;
}

interface TapeRowProps {
  readonly row: TapeRow;
  readonly runStartMs: number;
  /** Its place in a pinned repeat; null for an ordinary request. */
  readonly place: RowPlace | null;
  /** On a narrow screen: without partition, producer id, try and log end. */
  readonly narrow: boolean;
}

function classOf(place: RowPlace | null): string {
  if (place === null) return "live";
  return `${place.kind} ${place.again ? "again" : "first"}${place.last ? " last" : ""}`;
}

/** One Produce request: who sent it, with which sequence, and what the broker said. */
export const TapeRowView = memo(function TapeRowView({ row, runStartMs, place, narrow }: TapeRowProps) {
  const answer = answerView(row);
  const joined = place?.again === true && place.kind === "joined";
  const storedAgain = place?.again === true && place.kind === "stored-again";
  return (
    <tr
      className={classOf(place)}
      data-testid="tape-row"
      data-lane={row.lane}
      data-producer-id={row.producerId}
      data-epoch={row.epoch}
      data-base-sequence={row.baseSequence}
      data-partition={row.partition}
      data-outcome={row.outcome}
      data-attempt-number={row.attemptNumber}
      data-offset={row.baseOffset ?? ""}
      data-fault={row.faultId ?? ""}
    >
      <td>{formatClock(Date.parse(row.at) - runStartMs, true)}</td>
      <td>
        <span className="tape-lane">{row.lane}</span>
      </td>
      {!narrow && <td>p{row.partition}</td>}
      <Identity row={row} narrow={narrow} joined={joined} />
      {!narrow && <td>{row.attemptNumber}</td>}
      <td className={`answer-${answer.tone}`}>
        {answer.tone === "wait" && row.outcome !== "appended" && <i className="hatch" />}
        {answer.text}
      </td>
      <td className="offset">
        {joined && <em className="link">=</em>}
        {storedAgain && <em className="link">≠</em>}
        {offsetText(row.baseOffset)}
      </td>
      {!narrow && <td className="log-end right">{logEndText(row)}</td>}
    </tr>
  );
});

/** Producer id, epoch and sequence; without idempotence there is none of them, and the wire says -1 · 0 · 0. */
function Identity({ row, narrow, joined }: { row: TapeRow; narrow: boolean; joined: boolean }) {
  if (row.producerId === withoutProducerId) {
    return (
      <td colSpan={narrow ? 1 : 2} className="text-ink3" title="Without idempotence: no producer id, no sequence">
        −1 · {row.epoch} · {row.baseSequence}
      </td>
    );
  }
  return (
    <>
      {!narrow && (
        <td>
          {row.producerId} · {row.epoch}
        </td>
      )}
      <td className="sequence">
        {joined && <em className="link">=</em>}
        <span>{sequenceText(row)}</span>
      </td>
    </>
  );
}
