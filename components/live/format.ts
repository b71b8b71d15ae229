import { currencies, decimalToMinor, type Currency, type Money } from "#contract/money.ts";

const counts = new Intl.NumberFormat("en-US");

/** `4813` → `4,813`; a total that was not read yet is "–", never 0. A minus is the typographic one. */
export function formatCount(count: number | null): string {
  if (count === null) return "–";
  return counts.format(count).replace("-", "−");
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: Currency, signed: boolean): Intl.NumberFormat {
  const key = `${currency} ${signed}`;
  const known = moneyFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    signDisplay: signed ? "exceptZero" : "auto",
  });
  moneyFormats.set(key, made);
  return made;
}

/** `("242878.67", "USD")` → `$242,878.67`, exact: the decimal string never becomes a float. */
export function formatAmount(decimal: string, currency: Currency, signed = false): string {
  return moneyFormat(currency, signed)
    .format(decimal as Intl.StringNumericLiteral)
    .replace("-", "−");
}

/** One line per currency, in the contract's order; with `signed`, those that are zero are left out. */
export function formatMoney(money: Money, signed = false): readonly string[] {
  return currencies
    .filter((currency) => !signed || decimalToMinor(money[currency], currency) !== 0n)
    .map((currency) => formatAmount(money[currency], currency, signed));
}

export function isMoneyZero(money: Money): boolean {
  return currencies.every((currency) => decimalToMinor(money[currency], currency) === 0n);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Time since the run's start: `mm:ss`, from an hour on `h:mm:ss`; with `hundredths`, `mm:ss.cc`. */
export function formatClock(milliseconds: number, hundredths = false): string {
  const whole = Math.max(0, milliseconds);
  const seconds = Math.floor(whole / 1000);
  const hours = Math.floor(seconds / 3600);
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  // An hour into a run, tenths and hundredths would cost more room than they tell.
  const tail = hundredths && hours === 0 ? `.${two(Math.floor((whole % 1000) / 10))}` : "";
  return `${hours > 0 ? `${hours}:` : ""}${clock}${tail}`;
}

/** `12 s`, `3 min`, `2 h`: how old something is. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** `2000` → `2 s`, `250` → `250 ms`, `90000` → `1.5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${Number((milliseconds / 1000).toFixed(1))} s`;
  return `${Number((milliseconds / 60_000).toFixed(1))} min`;
}

/** How many steps a number's type size goes down so that it stays in its column: 0 up to 3. */
export function longStep(text: string, roomCharacters: number): 0 | 1 | 2 | 3 {
  const over = text.length - roomCharacters;
  if (over <= 0) return 0;
  if (over === 1) return 1;
  return over <= 3 ? 2 : 3;
}

/** `1 payment`, `2 payments`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
