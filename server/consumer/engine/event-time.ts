import { viewOf } from "./view.ts";

const zero = "0".charCodeAt(0);
const dash = "-".charCodeAt(0);
const colon = ":".charCodeAt(0);
const dot = ".".charCodeAt(0);
const letterT = "T".charCodeAt(0);
const letterZ = "Z".charCodeAt(0);
const dayMs = 86_400_000;
/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of contract/payment.ts. */
export const fullTimeLength = 24;
const shortPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,2})?Z$/;

/** Epoch milliseconds of an ISO 8601 UTC time with at most three decimals; NaN for anything else, 30 February included. */
export function epochMs(text: string): number {
  const bytes = Buffer.from(text);
  if (bytes.length === fullTimeLength) return epochMsAt(viewOf(bytes), 0);
  return shortPattern.test(text) ? epochMs(toFullForm(text)) : Number.NaN;
}

/**
 * The same of the 24 bytes at `start`, which must have all three decimals. Written out because a general parser was a
 * tenth of the work per record.
 */
export function epochMsAt(bytes: DataView, start: number): number {
  const year = digits(bytes, start, start + 4);
  const month = digits(bytes, start + 5, start + 7);
  const day = digits(bytes, start + 8, start + 10);
  const hour = digits(bytes, start + 11, start + 13);
  const minute = digits(bytes, start + 14, start + 16);
  const second = digits(bytes, start + 17, start + 19);
  const milli = digits(bytes, start + 20, start + 23);
  if (
    bytes.getUint8(start + 4) !== dash ||
    bytes.getUint8(start + 7) !== dash ||
    bytes.getUint8(start + 10) !== letterT
  )
    return Number.NaN;
  if (bytes.getUint8(start + 13) !== colon || bytes.getUint8(start + 16) !== colon) return Number.NaN;
  if (bytes.getUint8(start + 19) !== dot || bytes.getUint8(start + 23) !== letterZ) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return Number.NaN;
  return daysSinceEpoch(year, month, day) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1_000 + milli;
}

/** NaN when a byte is no digit. */
function digits(bytes: DataView, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes.getUint8(at) - zero;
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
