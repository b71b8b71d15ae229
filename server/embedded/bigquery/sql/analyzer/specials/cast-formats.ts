/**
 * CAST with a FORMAT, between dates and times and STRING, and between BYTES and STRING:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 */
import type { Expression } from "../../ast.ts";
import { localTime, utc } from "../../functions/zones.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar, typeName } from "../../types.ts";
import { formatElementNames, readFormat } from "../../../routines/format-elements.ts";
import type { TimeKind } from "../../../routines/format-elements.ts";
import { coerce } from "../coercion.ts";
import { placeholder } from "../context.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { zoneOf } from "./call.ts";

/** The elements of dates and times, for docs/googlesql-subset.md. */
export const castElements: readonly string[] = formatElementNames;

/** How BYTES are written as a STRING, and read from one except for BASE2. */
const bytesFormats: Record<string, string> = {
  HEX: "HEX",
  BASE16: "HEX",
  BASE64: "BASE64",
  BASE2: "BASE2",
  ASCII: "ASCII",
  "UTF-8": "UTF-8",
  UTF8: "UTF-8",
};

function isTime(kind: string): kind is TimeKind {
  return kind === "DATE" || kind === "TIME" || kind === "DATETIME" || kind === "TIMESTAMP";
}

export function formattedCast(
  value: Typed,
  cast: Expression & { kind: "cast" },
  format: Expression,
  zone: Typed | undefined,
): Typed {
  const [from, to] = [value.type.kind, cast.type.kind];
  if (cast.isSafe) throw unsupported("SAFE_CAST with FORMAT", format.position);
  if (format.kind !== "literal" || format.type !== "STRING") {
    throw unsupported("CAST with a FORMAT that is not a string literal", format.position);
  }
  if (zone !== undefined && from !== "TIMESTAMP" && to !== "TIMESTAMP") {
    throw new SqlError(`AT TIME ZONE is not allowed for cast from ${from} to ${to}`, cast.position);
  }
  refuseVolatile([value], "CAST with FORMAT", cast.position);
  const at = { position: format.position, zone };
  if (isTime(from) && to === "STRING") return written(value, { kind: from, format: format.value }, at);
  if (from === "STRING" && isTime(to)) return read(value, { kind: to, format: format.value }, at);
  const bytesFormat = bytesFormats[format.value.toUpperCase()];
  if (bytesFormat !== undefined && from === "BYTES" && to === "STRING") {
    return combine(`bq_bytes_to_text(${value.sql}, '${bytesFormat}')`, scalar("STRING"), [value]);
  }
  if (bytesFormat !== undefined && bytesFormat !== "BASE2" && from === "STRING" && to === "BYTES") {
    return combine(`bq_text_to_bytes(${value.sql}, '${bytesFormat}')`, scalar("BYTES"), [value]);
  }
  throw unsupported(`CAST from ${from} to ${typeName(cast.type)} with this FORMAT`, format.position);
}

interface Format {
  kind: TimeKind;
  format: string;
}

interface At {
  position: number;
  zone: Typed | undefined;
}

function checked({ kind, format }: Format, position: number): string {
  try {
    readFormat(format, kind);
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
  return stringLiteral(format);
}

function written(value: Typed, format: Format, { position, zone }: At): Typed {
  const text = checked(format, position);
  const { zone: place, parts } =
    zone === undefined ? { zone: utc, parts: [] } : zoneOf(zoneText(zone, position), position);
  const micros = (sql: string): string =>
    format.kind === "DATE" ? `epoch_us(CAST(${sql} AS TIMESTAMP))` : `epoch_us(${sql})`;
  const local = format.kind === "TIMESTAMP" ? localTime(value.sql, place) : value.sql;
  const sql = `bq_write_time(${text}, '${format.kind}', ${micros(local)}, ${micros(value.sql)})`;
  return combine(sql, scalar("STRING"), [value, ...parts]);
}

function zoneText(typed: Typed, position: number): Typed {
  return coerce(typed, scalar("STRING"), position, "A time zone");
}

function read(value: Typed, format: Format, { position, zone }: At): Typed {
  const text = checked(format, position);
  const place = zone === undefined ? undefined : zoneText(zone, position);
  const now = `epoch_us(${placeholder("now")})`;
  const micros = `bq_read_time(${value.sql}, ${text}, '${format.kind}', ${place?.sql ?? "'UTC'"}, ${now})`;
  const times: Record<TimeKind, string> = {
    DATE: `CAST(make_timestamp(${micros}) AS DATE)`,
    TIME: `CAST(make_timestamp(${micros}) AS TIME)`,
    DATETIME: `make_timestamp(${micros})`,
    TIMESTAMP: `make_timestamp(${micros})`,
  };
  return combine(times[format.kind], scalar(format.kind), [value, ...(place === undefined ? [] : [place])]);
}
