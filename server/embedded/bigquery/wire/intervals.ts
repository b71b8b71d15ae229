/**
 * INTERVAL: months, days and microseconds, which do not carry into each other.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#interval_type
 */
export interface Interval {
  months: number;
  days: number;
  micros: bigint;
}

const most = { months: 120_000n, days: 3_660_000n, micros: 316_224_000_000_000_000n } as const;

const monthDays = 30n;
export const dayMicros = 86_400_000_000n;

/** RangeError when a part is beyond 10000 years, 3660000 days or 87840000 hours. */
export function intervalOf(months: bigint, days: bigint, micros: bigint): Interval {
  for (const [part, value] of Object.entries({ months, days, micros })) {
    const limit = most[part as keyof typeof most];
    if (value > limit || value < -limit) {
      throw new RangeError(`Interval field ${part} '${value}' is out of range -${limit} to ${limit}`);
    }
  }
  return { months: Number(months), days: Number(days), micros };
}

/** What two intervals are compared by: a month has 30 days, a day 24 hours. */
export function comparedMicros({ months, days, micros }: Interval): bigint {
  return (BigInt(months) * monthDays + BigInt(days)) * dayMicros + micros;
}

interface Clock {
  sign: "" | "-";
  hours: bigint;
  minutes: bigint;
  seconds: bigint;
  /** None, three or six digits with the point before them. */
  fraction: string;
}

function clockOf(micros: bigint): Clock {
  const magnitude = micros < 0n ? -micros : micros;
  const digits = (magnitude % 1_000_000n).toString().padStart(6, "0");
  const fraction = digits === "000000" ? "" : `.${digits.endsWith("000") ? digits.slice(0, 3) : digits}`;
  const seconds = magnitude / 1_000_000n;
  return {
    sign: micros < 0n ? "-" : "",
    hours: seconds / 3600n,
    minutes: (seconds / 60n) % 60n,
    seconds: seconds % 60n,
    fraction,
  };
}

/** `Y-M D H:M:S[.F]`, the canonical form. */
export function formatInterval({ months, days, micros }: Interval): string {
  const magnitude = Math.abs(months);
  const { sign, hours, minutes, seconds, fraction } = clockOf(micros);
  const years = `${months < 0 ? "-" : ""}${Math.floor(magnitude / 12)}-${magnitude % 12}`;
  return `${years} ${days} ${sign}${hours}:${minutes}:${seconds}${fraction}`;
}

function counted(value: number, letter: string): string {
  return value === 0 ? "" : `${value}${letter}`;
}

/** The ISO 8601 duration that JSON has; zero is `P0Y`. */
export function isoInterval({ months, days, micros }: Interval): string {
  const { sign, hours, minutes, seconds, fraction } = clockOf(micros);
  const date = counted(Math.trunc(months / 12), "Y") + counted(months % 12, "M") + counted(days, "D");
  const signed = (value: bigint, letter: string): string => (value === 0n ? "" : `${sign}${value}${letter}`);
  const second = seconds === 0n && fraction === "" ? "" : `${sign}${seconds}${fraction.replace(/0+$/, "")}S`;
  const clock = signed(hours, "H") + signed(minutes, "M") + second;
  if (date === "" && clock === "") return "P0Y";
  return `P${date}${clock === "" ? "" : `T${clock}`}`;
}

export type IntervalPart = "YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND";

export const intervalParts: readonly IntervalPart[] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

/** What stands between a part and the one before it. */
const separators: Record<IntervalPart, string> = {
  YEAR: "",
  MONTH: "-",
  DAY: " ",
  HOUR: " ",
  MINUTE: ":",
  SECOND: ":",
};

/** Years and months have one sign, the days theirs, and what is counted by the clock has one again. */
const signed: readonly IntervalPart[] = ["YEAR", "DAY", "HOUR"];

/** The pattern of the parts from the first to the last one: `([+-]?)(\d+)-(\d+)` for YEAR TO MONTH. */
function patternOf(parts: readonly IntervalPart[]): RegExp {
  const pieces = parts.map((part, index) => {
    const sign = index === 0 || signed.includes(part) ? `(?<${part}_SIGN>[+-]?)` : "";
    // Only what has seconds alone may begin with the point.
    const digits = part !== "SECOND" ? "\\d+" : parts.length === 1 ? "\\d*\\.?\\d+" : "\\d+(?:\\.\\d+)?";
    return `${index === 0 ? "" : separators[part]}${sign}(?<${part}>${digits})`;
  });
  return new RegExp(`^${pieces.join("")}$`);
}

/** Microseconds of `5`, `5.25` or `.5`; RangeError beyond six decimals. */
function secondMicros(text: string): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  if (whole + fraction === "" || fraction.length > 6) throw new RangeError(`Invalid seconds of an INTERVAL: ${text}`);
  return BigInt(whole || "0") * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function invalid(text: string): RangeError {
  return new RangeError(`Invalid INTERVAL value '${text}'`);
}

/** A text such as `1-2 3` of the parts YEAR to DAY. RangeError when it does not have that form. */
export function readParts(text: string, first: IntervalPart, last: IntervalPart): Interval {
  const parts = intervalParts.slice(intervalParts.indexOf(first), intervalParts.indexOf(last) + 1);
  const groups = patternOf(parts).exec(text)?.groups;
  if (groups === undefined) throw invalid(text);
  return ofGroups(groups);
}

function ofGroups(groups: Record<string, string | undefined>): Interval {
  const numberOf = (part: IntervalPart): bigint => BigInt(groups[part] ?? "0");
  const isNegative = (...parts: IntervalPart[]): boolean => parts.some((part) => groups[`${part}_SIGN`] === "-");
  const months = numberOf("YEAR") * 12n + numberOf("MONTH");
  const seconds = groups.SECOND === undefined ? 0n : secondMicros(groups.SECOND);
  const micros = (numberOf("HOUR") * 60n + numberOf("MINUTE")) * 60_000_000n + seconds;
  return intervalOf(
    isNegative("YEAR", "MONTH") ? -months : months,
    isNegative("DAY") ? -numberOf("DAY") : numberOf("DAY"),
    isNegative("HOUR", "MINUTE", "SECOND") ? -micros : micros,
  );
}

/** The forms that say by themselves which parts they have. */
const unambiguous: readonly (readonly [IntervalPart, IntervalPart])[] = [
  ["YEAR", "SECOND"],
  ["YEAR", "MINUTE"],
  ["YEAR", "HOUR"],
  ["YEAR", "DAY"],
  ["YEAR", "MONTH"],
  ["DAY", "SECOND"],
  ["DAY", "MINUTE"],
  ["HOUR", "SECOND"],
];
const unambiguousForms = unambiguous.map(([first, last]) => ({
  first,
  last,
  pattern: patternOf(intervalParts.slice(intervalParts.indexOf(first), intervalParts.indexOf(last) + 1)),
}));

const durationUnits: Record<string, readonly [bigint, bigint, bigint]> = {
  Y: [12n, 0n, 0n],
  M: [1n, 0n, 0n],
  W: [0n, 7n, 0n],
  D: [0n, 1n, 0n],
  TH: [0n, 0n, 3_600_000_000n],
  TM: [0n, 0n, 60_000_000n],
  TS: [0n, 0n, 1n],
};

/** Letters may come in any order and more than once; they add up. Only seconds have decimals. */
function readDuration(text: string): Interval {
  const [date = "", clock, ...rest] = text.slice(1).split("T");
  if (rest.length > 0 || text === "P") throw invalid(text);
  const total: [bigint, bigint, bigint] = [0n, 0n, 0n];
  for (const [part, prefix] of [
    [date, ""],
    [clock ?? "", "T"],
  ] as const) {
    if (!/^(?:-?\d+(?:[.,]\d+)?[A-Z])*$/.test(part)) throw invalid(text);
    for (const [, sign = "", number = "", letter = ""] of part.matchAll(/(-?)([\d.,]+)([A-Z])/g)) {
      const unit = durationUnits[prefix + letter];
      const isSeconds = prefix + letter === "TS";
      if (unit === undefined || (!isSeconds && /[.,]/.test(number))) throw invalid(text);
      const count = isSeconds ? secondMicros(number.replace(",", ".")) : BigInt(number);
      for (const index of [0, 1, 2] as const) total[index] += (sign === "-" ? -count : count) * unit[index];
    }
  }
  return intervalOf(...total);
}

/** The canonical form, a part of it that cannot mean anything else, or an ISO 8601 duration. RangeError. */
export function parseInterval(text: string): Interval {
  if (text.startsWith("P")) return readDuration(text);
  const form = unambiguousForms.find(({ pattern }) => pattern.test(text));
  if (form === undefined) throw invalid(text);
  return readParts(text, form.first, form.last);
}
