/** Currencies of the simulator with the number of decimals of ISO 4217. */
export const currencyDecimals = { USD: 2, EUR: 2, JPY: 0 } as const;
export type Currency = keyof typeof currencyDecimals;
export const currencies = Object.keys(currencyDecimals) as readonly Currency[];

/** Decimal strings per currency, as they travel in JSON: `{ "USD": "1000.00", "JPY": "500" }`. */
export type Money = Readonly<Record<Currency, string>>;
/** Integer minor units per currency (cents; whole yen), as they are added up inside. */
export type MinorUnits = Readonly<Record<Currency, bigint>>;

export const noMoney: MinorUnits = { USD: 0n, EUR: 0n, JPY: 0n };

export function isCurrency(value: unknown): value is Currency {
  return typeof value === "string" && Object.hasOwn(currencyDecimals, value);
}

/** `(123456n, "USD")` → `"1234.56"`; `(500n, "JPY")` → `"500"`. Negative amounts keep their sign. */
export function minorToDecimal(amountMinor: bigint, currency: Currency): string {
  const decimals = currencyDecimals[currency];
  const sign = amountMinor < 0n ? "-" : "";
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(decimals + 1, "0");
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * `("1234.56", "USD")` → `123456n`. Accepts trailing zeros beyond the currency's decimals, as a NUMERIC column
 * may print them; returns undefined for anything that is not an exact amount of that currency.
 */
export function decimalToMinor(decimal: string, currency: Currency): bigint | undefined {
  const match = decimalPattern.exec(decimal);
  if (match === null) return undefined;
  const decimals = currencyDecimals[currency];
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) return undefined;
  const minor = BigInt((match[2] ?? "") + fraction.padEnd(decimals, "0"));
  return match[1] === "-" ? -minor : minor;
}

export function addMinor(left: MinorUnits, right: MinorUnits): MinorUnits {
  return { USD: left.USD + right.USD, EUR: left.EUR + right.EUR, JPY: left.JPY + right.JPY };
}

export function moneyFromMinor(minor: MinorUnits): Money {
  return {
    USD: minorToDecimal(minor.USD, "USD"),
    EUR: minorToDecimal(minor.EUR, "EUR"),
    JPY: minorToDecimal(minor.JPY, "JPY"),
  };
}
