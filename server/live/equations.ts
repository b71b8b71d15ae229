import type { Money } from "#contract/money.ts";
import { currencies, decimalToMinor, moneyFromMinor, noMoney, type MinorUnits } from "#contract/money.ts";
import type { Equation, Term, TotalName } from "#contract/snapshot.ts";

type EquationName = Equation["name"];
type SignedName = TotalName | `-${TotalName}`;

interface Sides {
  readonly left: readonly SignedName[];
  readonly right: readonly SignedName[];
}

/** The equations of ARCHITECTURE.md, "What must add up"; 4 and 5 state two each. */
export const equationSides: Readonly<Record<EquationName, Sides>> = {
  "1": {
    left: ["attempted"],
    right: ["firstSends", "protocolRetries", "applicationResends", "restartResends", "gaveUpResends"],
  },
  "2": {
    left: ["attempted"],
    right: ["appended", "absorbedByBroker", "refused", "foundInLog", "lost", "unknown", "inFlight"],
  },
  "3": { left: ["stored"], right: ["appended", "foundInLog"] },
  "4a": { left: ["stored"], right: ["read", "lag"] },
  "4b": { left: ["read"], right: ["kept", "duplicates", "late", "deadLettered"] },
  "5a": { left: ["kept"], right: ["positions", "refusedForGood", "waitingForSink"] },
  "5b": { left: ["rawRows"], right: ["insertAttempts", "-insertFailures", "-absorbedByInsertId", "-rejected"] },
  "6": { left: ["rawRows", "planted", "bookedByHand"], right: ["booked", "absorbedByMerge", "notYetMerged"] },
  "7": {
    left: ["intended", "surplus", "unexpected"],
    right: ["booked", "latePayments", "deadLetteredPayments", "missing", "pending"],
  },
};

/** In the order of the path of a payment; an object would put the whole numbers first. */
export const equationNames: readonly EquationName[] = ["1", "2", "3", "4a", "4b", "5a", "5b", "6", "7"];

/** All terms of one equation as they stood at one position or at one moment at which nothing moved. */
export interface Cut {
  readonly counts: Readonly<Partial<Record<TotalName, number>>>;
  /** Equation 7 only: money per term; `mismatched` (booked − intended) stands on the left. */
  readonly money?: Readonly<Partial<Record<TotalName, Money>>>;
  /** Records whose outcome nobody knows yet; the remainder may be off by as many. */
  readonly uncertainty?: number;
  /** A term was derived from the others: its owner does not say. */
  readonly notCheckable?: boolean;
  readonly at: string;
}

function term(signed: SignedName, counts: Cut["counts"]): Term {
  const negative = signed.startsWith("-");
  const name = (negative ? signed.slice(1) : signed) as TotalName;
  const count = counts[name];
  if (count === undefined) throw new Error(`a cut lacks the term ${name}`);
  return { name, count: negative ? -count : count };
}

const sum = (terms: readonly Term[]): number => terms.reduce((total, { count }) => total + count, 0);

function moneySum(names: readonly SignedName[], money: NonNullable<Cut["money"]>): MinorUnits {
  const total = { ...noMoney };
  for (const name of names) {
    const amounts = money[name as TotalName];
    for (const currency of currencies) {
      total[currency] += amounts === undefined ? 0n : (decimalToMinor(amounts[currency], currency) ?? 0n);
    }
  }
  return total;
}

function moneyRemainder(sides: Sides, money: NonNullable<Cut["money"]>): Money {
  const left = moneySum([...sides.left, "mismatched"], money);
  const right = moneySum(sides.right, money);
  return moneyFromMinor({ USD: left.USD - right.USD, EUR: left.EUR - right.EUR, JPY: left.JPY - right.JPY });
}

/** Before its first cut an equation has no terms and no remainder. */
export function unknownEquation(name: EquationName): Equation {
  const nothing = { left: [], right: [], remainder: null, uncertainty: 0, moneyRemainder: null, exactAt: null };
  return { name, ...nothing, notCheckable: false };
}

/** The equation on a cut: every term with its sign, and left − right. */
export function evaluate(name: EquationName, cut: Cut): Equation {
  const sides = equationSides[name];
  const left = sides.left.map((signed) => term(signed, cut.counts));
  const right = sides.right.map((signed) => term(signed, cut.counts));
  return {
    name,
    left,
    right,
    remainder: sum(left) - sum(right),
    uncertainty: cut.uncertainty ?? 0,
    moneyRemainder: cut.money === undefined ? null : moneyRemainder(sides, cut.money),
    notCheckable: cut.notCheckable ?? false,
    exactAt: cut.at,
  };
}

/** Whether somebody must be told: more is left over than unknown outcomes can explain. */
export function isAlarm(equation: Equation): boolean {
  if (equation.remainder === null) return false;
  if (Math.abs(equation.remainder) > equation.uncertainty) return true;
  const money = equation.moneyRemainder;
  return money !== null && currencies.some((currency) => decimalToMinor(money[currency], currency) !== 0n);
}
