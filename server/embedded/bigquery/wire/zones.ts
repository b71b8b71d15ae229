/**
 * Time zones as GoogleSQL writes them: an offset such as +5:30, or a name of the IANA database.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#time_zones
 */
const minuteMicros = 60_000_000n;
const dayMicros = 86_400_000_000n;

/** RE2 and JavaScript read both patterns alike; the translated SQL uses them too. */
export const offsetPattern = "(?:UTC)?([+-])([0-9]{1,2})(?::([0-9]{1,2}))?";
/** Region/City. Abbreviations such as PST mean something to ICU that they do not mean to BigQuery. */
export const zoneNamePattern =
  "(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)/[A-Z][A-Za-z0-9_+/-]*";
export const utcNames = ["UTC", "Z", "z", "GMT"] as const;
export const offsetHoursMax = 14;

export type Zone = { kind: "offset"; micros: bigint } | { kind: "named"; name: string };

const offsetForm = new RegExp(`^${offsetPattern}$`);
const nameForm = new RegExp(`^${zoneNamePattern}$`);

function readOffset(text: string): bigint | undefined {
  const match = offsetForm.exec(text);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? "0")];
  if (minutes > 59 || hours * 60 + minutes > offsetHoursMax * 60) return undefined;
  const micros = BigInt(hours * 60 + minutes) * minuteMicros;
  return match[1] === "-" ? -micros : micros;
}

/** Undefined when the text names no zone. */
export function readZone(text: string): Zone | undefined {
  if (utcNames.some((name) => name === text)) return { kind: "offset", micros: 0n };
  const micros = readOffset(text);
  if (micros !== undefined) return { kind: "offset", micros };
  if (!nameForm.test(text)) return undefined;
  try {
    formatterOf(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return { kind: "named", name: text };
}

function formatterOf(name: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
}

/** Micros east of UTC of a named zone at an instant. */
function offsetAt(formatter: Intl.DateTimeFormat, instantMicros: bigint): bigint {
  const parts = formatter.formatToParts(new Date(Number(instantMicros / 1000n)));
  const text = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (match === null) throw new Error(`an offset looks like GMT+hh:mm, not ${text}`);
  const seconds = Number(match[2] ?? "0") * 3600 + Number(match[3] ?? "0") * 60 + Number(match[4] ?? "0");
  return BigInt(match[1] === "-" ? -seconds : seconds) * 1_000_000n;
}

/**
 * The instant of a local time. A time that a change of clocks skips or repeats is read with the offset before the change.
 */
export function instantOf(localMicros: bigint, zone: Zone): bigint {
  if (zone.kind === "offset") return localMicros - zone.micros;
  const formatter = formatterOf(zone.name);
  const before = offsetAt(formatter, localMicros - dayMicros);
  const after = offsetAt(formatter, localMicros + dayMicros);
  if (offsetAt(formatter, localMicros - before) === before) return localMicros - before;
  return offsetAt(formatter, localMicros - after) === after ? localMicros - after : localMicros - before;
}
