const zero = "0".charCodeAt(0);
const dayMs = 86_400_000;
/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of contract/payment.ts. */
const fullLength = 24;
const shortPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,2})?Z$/;

/**
 * Epoch milliseconds of an ISO 8601 UTC time with at most three decimals; NaN for anything else, 30 February
 * included. Written out because a general parser was a tenth of the work per record.
 */
export function epochMs(text: string): number {
  if (text.length !== fullLength) return shortPattern.test(text) ? epochMs(toFullForm(text)) : Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const milli = digits(text, 20, 23);
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== "T" || text[13] !== ":" || text[16] !== ":") return Number.NaN;
  if (text[19] !== "." || text[23] !== "Z" || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return Number.NaN;
  return daysSinceEpoch(year, month, day) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1_000 + milli;
}

/** NaN when a character is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function toFullForm(text: string): string {
  const [seconds = "", fraction = ""] = text.slice(0, -1).split(".");
  return `${seconds}.${fraction.padEnd(3, "0")}Z`;
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

/** Days from 1970-01-01 in the Gregorian calendar; years are counted from March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
