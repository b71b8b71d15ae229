/**
 * Dates and times between text and integers: days and microseconds since 1970-01-01, years 1 to 9999.
 * Canonical forms: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
 */
import { instantOf, readZone } from "./zones.ts";

const dayMicros = 86_400_000_000n;
const datePattern = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const timePattern = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?/;

export const timestampMin = -62_135_596_800_000_000n;
export const timestampMax = 253_402_300_799_999_999n;

interface Part {
  value: bigint;
  rest: string;
}

function readDate(text: string): Part | undefined {
  const match = datePattern.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return { value: BigInt(date.getTime() / 86_400_000), rest: text.slice(match[0].length) };
}

function readTime(text: string): Part | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = BigInt((match[4] ?? "").padEnd(6, "0"));
  return { value: BigInt(hour * 3600 + minute * 60 + second) * 1_000_000n + micros, rest: text.slice(match[0].length) };
}

/** Days since 1970-01-01. RangeError when the text is not a DATE. */
export function parseDate(text: string): bigint {
  const date = readDate(text);
  if (date === undefined || date.rest !== "") throw new RangeError(`Invalid date: '${text}'`);
  return date.value;
}

/** Micros since midnight. RangeError when the text is not a TIME. */
export function parseTime(text: string): bigint {
  const time = readTime(text);
  if (time === undefined || time.rest !== "") throw new RangeError(`Invalid time string "${text}"`);
  return time.value;
}

function readDatetime(text: string): Part | undefined {
  const date = readDate(text);
  if (date === undefined) return undefined;
  const micros = date.value * dayMicros;
  const time = /^[ Tt]/.test(date.rest) ? readTime(date.rest.slice(1)) : undefined;
  return time === undefined ? { value: micros, rest: date.rest } : { value: micros + time.value, rest: time.rest };
}

/** Micros since 1970-01-01 00:00:00, without a zone. RangeError when the text is not a DATETIME. */
export function parseDatetime(text: string): bigint {
  const datetime = readDatetime(text);
  if (datetime === undefined || datetime.rest !== "") throw new RangeError(`Invalid datetime string "${text}"`);
  return datetime.value;
}

/** What JavaScript's toISOString() writes, days that every month has: by far the commonest text of a stream. */
const isoPattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** An offset stands right behind the time, the name of a zone after one blank; behind a bare date neither does. */
function readZoneBehind(rest: string, { isDate }: { isDate: boolean }): ReturnType<typeof readZone> {
  if (rest === "") return readZone("UTC");
  if (isDate || /^ [+-]/.test(rest)) return undefined;
  return readZone(rest.replace(/^ /, ""));
}

/** Micros since the epoch; UTC when no zone is given. RangeError when the text is not a TIMESTAMP. */
export function parseTimestamp(text: string): bigint {
  if (isoPattern.test(text) && !text.startsWith("0000")) return BigInt(Date.parse(text)) * 1000n;
  const datetime = readDatetime(text);
  const zone = readZoneBehind(datetime?.rest ?? "", { isDate: !text.includes(":") });
  if (datetime === undefined || zone === undefined) throw new RangeError(`Invalid timestamp: '${text}'`);
  const micros = instantOf(datetime.value, zone);
  if (micros < timestampMin || micros > timestampMax) throw new RangeError(`Invalid timestamp: '${text}'`);
  return micros;
}

export function formatDate(days: bigint): string {
  return new Date(Number(days) * 86_400_000).toISOString().slice(0, 10);
}

/** `hh:mm:ss` with six digits of fraction when there is one. */
export function formatTime(micros: bigint): string {
  const text = formatTimestamp(micros);
  return text.slice(11);
}

/** `YYYY-MM-DD hh:mm:ss` with six digits of fraction when there is one. */
export function formatTimestamp(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (micros - fraction) / 1_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return fraction === 0n ? whole : `${whole}.${fraction.toString().padStart(6, "0")}`;
}
