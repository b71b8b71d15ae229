/** SQL between instants (TIMESTAMP, in UTC) and local times (DATETIME), by DuckDB's ICU; see wire/zones.ts. */
import { stringLiteral } from "../literals.ts";
import { offsetHoursMax, offsetPattern, readZone, utcNames, zoneNamePattern } from "../../wire/zones.ts";
import type { Zone } from "../../wire/zones.ts";

/** A zone known while translating, or the SQL of a STRING. */
export type ZoneSql = Zone | { kind: "sql"; sql: string };

export const utc: ZoneSql = { kind: "offset", micros: 0n };

/** RangeError when the text names no zone. */
export function zoneOfText(text: string): ZoneSql {
  const zone = readZone(text);
  if (zone === undefined) throw new RangeError(text === "" ? "Invalid empty time zone" : `Invalid time zone: ${text}`);
  return zone;
}

const names = utcNames.map((name) => `'${name}'`).join(", ");
const offsetGroup = (zone: string, group: number): string =>
  `CAST(coalesce(nullif(regexp_extract(${zone}, '^${offsetPattern}$', ${group}), ''), '0') AS BIGINT)`;

const invalidZone = (zone: string): string => `error('Invalid time zone: ' || ${zone})`;

/** Micros east of UTC of a zone that is an offset. */
function offsetMicros(zone: string, onInvalid: string): string {
  const minutes = `(${offsetGroup(zone, 2)} * 60 + ${offsetGroup(zone, 3)})`;
  return `(CASE WHEN ${offsetGroup(zone, 3)} > 59 OR ${minutes} > ${offsetHoursMax * 60} THEN ${onInvalid}
    WHEN contains(${zone}, '-') THEN -60000000 * ${minutes} ELSE 60000000 * ${minutes} END)`;
}

/** `local` and `instant` of one zone given as SQL; evaluated once each, `"$s".t` and `"$s".z` inside. */
function inZone(time: string, zone: string, use: { named: string; sign: "+" | "-"; onInvalid: string }): string {
  return `list_transform([{t: ${time}, z: ${zone}}], lambda "$s": CASE WHEN "$s".t IS NULL OR "$s".z IS NULL THEN NULL
    WHEN "$s".z IN (${names}) THEN "$s".t
    WHEN regexp_full_match("$s".z, '${offsetPattern}') THEN "$s".t ${use.sign} to_microseconds(${offsetMicros('"$s".z', use.onInvalid)})
    WHEN regexp_full_match("$s".z, '${zoneNamePattern}') THEN ${use.named} ELSE ${use.onInvalid} END)[1]`;
}

const localOf = (instant: string, zone: string): string => `timezone(${zone}, timezone('UTC', ${instant}))`;

/** The local time of a TIMESTAMP. */
export function localTime(instant: string, zone: ZoneSql): string {
  if (zone.kind === "sql") {
    return inZone(instant, zone.sql, {
      named: localOf('"$s".t', '"$s".z'),
      sign: "+",
      onInvalid: invalidZone('"$s".z'),
    });
  }
  if (zone.kind === "named") return localOf(instant, stringLiteral(zone.name));
  return zone.micros === 0n ? instant : `(${instant} + to_microseconds(${zone.micros}))`;
}

/**
 * The instant of a local time in a named zone. What a change of clocks skips or repeats is read with the offset before
 * the change: ICU alone would take the later of two.
 */
function instantIn(local: string, zone: string): string {
  const offset = (at: string): string => `(${localOf(at, zone)} - (${at}))`;
  return `list_transform([{l: ${local}, a: ${offset(`${local} - INTERVAL 1 DAY`)}, b: ${offset(`${local} + INTERVAL 1 DAY`)}}],
    lambda "$o": CASE WHEN ${localOf('"$o".l - "$o".a', zone)} = "$o".l THEN "$o".l - "$o".a
    WHEN ${localOf('"$o".l - "$o".b', zone)} = "$o".l THEN "$o".l - "$o".b ELSE "$o".l - "$o".a END)[1]`;
}

/** The instant of a DATETIME; `onInvalid` is what an unknown zone gives. */
export function instantAt(local: string, zone: ZoneSql, onInvalid?: string): string {
  if (zone.kind === "sql") {
    const named = instantIn('"$s".t', '"$s".z');
    return inZone(local, zone.sql, { named, sign: "-", onInvalid: onInvalid ?? invalidZone('"$s".z') });
  }
  if (zone.kind === "offset") return zone.micros === 0n ? local : `(${local} - to_microseconds(${zone.micros}))`;
  const name = stringLiteral(zone.name);
  return `list_transform([${local}], lambda "$t": ${instantIn('"$t"', name)})[1]`;
}
