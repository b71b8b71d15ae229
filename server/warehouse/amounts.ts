import { currencies, currencyDecimals, isCurrency, type Currency, type Money } from "#contract/money.ts";

/** NUMERIC has nine decimals: amounts are added up as integers of the ninth decimal, exact for any currency. */
const numericDecimals = 9;

/** Records, and money per currency in units of the ninth decimal. */
export interface Amounts {
  readonly records: number;
  readonly money: ReadonlyMap<string, bigint>;
}

export const noAmounts: Amounts = { records: 0, money: new Map() };

const decimalPattern = /^(-?)(\d+)(?:\.(\d{1,9}))?$/;

/** `"12.5"` → `12500000000n`; throws for what a NUMERIC column cannot hold. */
export function parseNumeric(decimal: string): bigint {
  const match = decimalPattern.exec(decimal);
  if (match === null) throw new Error(`amount ${decimal}: expected a decimal with at most ${numericDecimals} decimals`);
  const units = BigInt((match[2] ?? "") + (match[3] ?? "").padEnd(numericDecimals, "0"));
  return match[1] === "-" ? -units : units;
}

/** `(12500000000n, "USD")` → `"12.50"`; more decimals than the currency has only where they are not zero. */
export function formatNumeric(units: bigint, currency: string): string {
  const digits = (units < 0n ? -units : units).toString().padStart(numericDecimals + 1, "0");
  const whole = digits.slice(0, -numericDecimals);
  const fraction = digits
    .slice(-numericDecimals)
    .replace(/0+$/, "")
    .padEnd(isCurrency(currency) ? currencyDecimals[currency] : 0, "0");
  return `${units < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** One row's contribution: `money` null counts as nothing. */
export function amountsOf(records: number, currency: string | null, money: string | null): Amounts {
  return {
    records,
    money: currency === null || money === null ? new Map() : new Map([[currency, parseNumeric(money)]]),
  };
}

export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const money = new Map(left.money);
  for (const [currency, units] of right.money) money.set(currency, (money.get(currency) ?? 0n) + units);
  return { records: left.records + right.records, money };
}

export function negateAmounts(amounts: Amounts): Amounts {
  return { records: -amounts.records, money: new Map([...amounts.money].map(([key, units]) => [key, -units])) };
}

/** Money of the currencies that we know; a foreign one is in the count only. */
export function moneyOf(amounts: Amounts): Money {
  const entries = currencies.map((currency) => [currency, formatNumeric(amounts.money.get(currency) ?? 0n, currency)]);
  return Object.fromEntries(entries) as Record<Currency, string>;
}
