import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { formatClock, formatCount, longStep } from "./format.ts";
import { verdictView, type VerdictKind } from "./verdict-view.ts";

/** Equal or not equal, drawn: not every font has the signs. */
const glyphs: Readonly<Partial<Record<VerdictKind, string>>> = {
  MATCH: "M2 5.5h12M2 10.5h12",
  BREAK: "M2 5.5h12M2 10.5h12M11.5 1.5l-7 13",
};
const textGlyphs: Readonly<Partial<Record<VerdictKind, string>>> = { PENDING: "…", NONE: "?" };

function Glyph({ kind }: { kind: VerdictKind }) {
  const path = glyphs[kind];
  if (path === undefined) return <span aria-hidden="true">{textGlyphs[kind]}</span>;
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** Longer sentences are set smaller. */
const sayRoom = 26;

interface VerdictProps {
  readonly name: LaneName;
  readonly lane: LaneSnapshot | null;
  readonly runStartMs: number;
}

/** What the lane's books say now: one word, one sentence, the money, and how far it has settled. */
export function Verdict({ name, lane, runStartMs }: VerdictProps) {
  const view = verdictView(lane);
  return (
    <div className="verdict" data-testid={`verdict-${name}`} data-verdict={view.kind}>
      <span className="verdict-lane">{name === "protected" ? "Protected" : "Unprotected"}</span>
      <div className="verdict-word">
        <Glyph kind={view.kind} />
        {view.word}
      </div>
      <div className="verdict-row">
        <div className="verdict-say" data-long={longStep(view.say, sayRoom) || undefined}>
          <span data-testid={`verdict-customers-${name}`} data-count={view.customers}>
            {view.say}
          </span>
          <small>
            {view.surplus > 0 && (
              <span data-testid={`verdict-surplus-${name}`} data-count={view.surplus}>
                {formatCount(view.surplus)} {view.surplus === 1 ? "copy" : "copies"} too many
              </span>
            )}
            {view.more.length > 0 && (
              <span title={view.more.join("; ")}>
                {view.surplus > 0 ? "; " : ""}
                {view.more[0]}
              </span>
            )}
          </small>
        </div>
        {view.money.length > 0 && (
          <span
            className="money"
            data-testid={`verdict-money-${name}`}
            data-long={view.money.some((line) => longStep(line, 12) > 0) ? 1 : undefined}
          >
            {view.money.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </span>
        )}
      </div>
      <Settling until={view.settledUntilMs} settling={view.settling} runStartMs={runStartMs} />
    </div>
  );
}

interface SettlingProps {
  readonly until: number | null;
  readonly settling: number | null;
  readonly runStartMs: number;
}

function Settling({ until, settling, runStartMs }: SettlingProps) {
  if (settling === null && until === null) return null;
  const open = (settling ?? 0) > 0;
  return (
    <div className="verdict-settling">
      {open && <i className="hatch" />}
      <span>
        {until === null ? "nothing settled yet" : `settled to ${formatClock(until - runStartMs)}`}
        {open && (
          <>
            , <b className="font-semibold">{formatCount(settling)}</b> settling
          </>
        )}
      </span>
    </div>
  );
}
