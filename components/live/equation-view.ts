import type { Money } from "#contract/money.ts";
import type { Equation, Term, TotalName } from "#contract/snapshot.ts";
import { equationShapes, subtracted, termLabels, toneOf, type EquationName, type TermTone } from "./equation-shapes.ts";
import { formatCount, isMoneyZero } from "./format.ts";

export interface TermView {
  readonly name: TotalName;
  readonly label: string;
  /** What stands before it; null for the first term. */
  readonly operator: "=" | "+" | "−" | null;
  /** Magnitude; the sign is in `operator`. Null before the first cut. */
  readonly count: number | null;
  readonly tone: TermTone;
}

/**
 * settled: 0 and exact. unsettled: no more is left over than unknown outcomes can explain. wrong: an alarm, in records
 * or in money. unchecked: 0 only because a term was derived from the others. none: no consistent cut yet.
 */
export type RemainderState = "settled" | "unsettled" | "wrong" | "unchecked" | "none";

export interface EquationView {
  readonly name: EquationName;
  readonly title: string;
  /** The terms of the strip. */
  readonly terms: readonly TermView[];
  /** All terms, also those that are 0 and rare. */
  readonly allTerms: readonly TermView[];
  readonly remainder: number | null;
  readonly remainderText: string;
  readonly state: RemainderState;
  readonly uncertainty: number;
  readonly moneyRemainder: Money | null;
  readonly exactAtMs: number | null;
}

interface Side {
  readonly name: TotalName;
  readonly count: number | null;
}

function sideTerms(equation: EquationName, side: readonly Side[], first: "=" | null): readonly TermView[] {
  return side.map(({ name, count }, index) => {
    const negative = subtracted.has(`${equation} ${name}`);
    const joined = negative ? "−" : "+";
    return {
      name,
      label: termLabels[name],
      operator: index === 0 ? first : joined,
      count: count === null ? null : Math.abs(count),
      tone: toneOf(name),
    };
  });
}

const empty = (names: readonly TotalName[]): readonly Side[] => names.map((name) => ({ name, count: null }));

function shown(terms: readonly Term[], core: readonly TotalName[]): readonly Term[] {
  return terms.filter(({ name, count }) => core.includes(name) || count !== 0);
}

function remainderState(equation: Equation): RemainderState {
  const { remainder, uncertainty, moneyRemainder, notCheckable } = equation;
  if (remainder === null) return "none";
  if (Math.abs(remainder) > uncertainty) return "wrong";
  if (notCheckable) return "unchecked";
  if (uncertainty > 0 || remainder !== 0) return "unsettled";
  return moneyRemainder !== null && !isMoneyZero(moneyRemainder) ? "wrong" : "settled";
}

function remainderText(remainder: number | null, state: RemainderState): string {
  if (remainder === null) return "…";
  return state === "unchecked" ? "–" : formatCount(remainder);
}

export function equationView(equation: Equation): EquationView {
  const { name, left, right, remainder, uncertainty, moneyRemainder, exactAt } = equation;
  const shape = equationShapes[name];
  const state = remainderState(equation);
  const isUnknown = left.length === 0;
  const build = (leftSide: readonly Side[], rightSide: readonly Side[]) => [
    ...sideTerms(name, leftSide, null),
    ...sideTerms(name, rightSide, "="),
  ];
  const placeholders = build(empty(shape.left), empty(shape.right));
  return {
    name,
    title: shape.title,
    terms: isUnknown ? placeholders : build(shown(left, shape.left), shown(right, shape.right)),
    allTerms: isUnknown ? placeholders : build(left, right),
    remainder,
    remainderText: remainderText(remainder, state),
    state,
    uncertainty,
    moneyRemainder,
    exactAtMs: exactAt === null ? null : Date.parse(exactAt),
  };
}
