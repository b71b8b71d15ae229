/**
 * DATE, DATETIME, TIME, TIMESTAMP and STRING with a time zone, and of texts.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#timestamp
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#string
 */
import { instantAt, localTime } from "../../functions/zones.ts";
import { SqlError } from "../../position.ts";
import { scalar } from "../../types.ts";
import { cast, offsetToText } from "../casts.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount, zoneArgument } from "./call.ts";
import type { SpecialCall } from "./call.ts";
import { wholeMinutes } from "./time-formats.ts";

/** The translation of a call that has a time zone or a text; undefined for the plain signatures. */
export function zonedCall(special: SpecialCall): Typed | undefined {
  const { name, args, position } = special.call;
  if (name === "STRING") return toText(special);
  if (name !== "DATE" && name !== "DATETIME" && name !== "TIME" && name !== "TIMESTAMP") return undefined;
  const [first] = args;
  if (first === undefined || args.length > 2) return undefined;
  const value = argument(special, 0);
  if (args.length === 1) return name === "TIMESTAMP" ? ofText(special, value) : literalText(special, value);
  const second = argument(special, 1);
  if (second.type.kind !== "STRING" && second.type.kind !== "NULL") return undefined;
  const { zone, parts } = zoneArgument(special, 1);
  if (name !== "TIMESTAMP") {
    const local = localTime(coerce(value, scalar("TIMESTAMP"), position).sql, zone);
    return combine(name === "DATETIME" ? local : `CAST(${local} AS ${name})`, scalar(name), [value, ...parts]);
  }
  if (value.type.kind === "TIMESTAMP") throw new SqlError("TIMESTAMP of a TIMESTAMP takes no time zone", position);
  refuseVolatile([value], name, position);
  const local = cast(value, scalar("DATETIME"), { isSafe: false, position });
  return combine(instantAt(local.sql, zone), scalar(name), [local, ...parts]);
}

function ofText(special: SpecialCall, value: Typed): Typed | undefined {
  if (value.type.kind !== "STRING") return undefined;
  if (value.literal !== undefined) return coerce(value, scalar("TIMESTAMP"), special.call.position);
  return cast(value, scalar("TIMESTAMP"), { isSafe: false, position: special.call.position });
}

/** DATE('2024-01-01') is the literal; other texts have no such function. */
function literalText(special: SpecialCall, value: Typed): Typed | undefined {
  const { name, position } = special.call;
  if (value.type.kind !== "STRING" || value.literal === undefined) return undefined;
  return coerce(value, scalar(name as "DATE" | "DATETIME" | "TIME"), position);
}

function toText(special: SpecialCall): Typed {
  const { args, position } = special.call;
  expectCount(special, 1, 2);
  const value = argument(special, 0);
  const isTime = ["DATE", "DATETIME", "TIME", "TIMESTAMP", "NULL"].includes(value.type.kind);
  if (value.type.kind === "JSON" && args.length === 1)
    return combine(`bq_json_to_text(${value.sql})`, scalar("STRING"), [value]);
  if (!isTime) throw new SqlError(`No matching signature for function STRING for ${value.type.kind}`, position);
  if (args.length === 1) return cast(value, scalar("STRING"), { isSafe: false, position });
  const instant = coerce(value, scalar("TIMESTAMP"), position);
  const { zone, parts } = zoneArgument(special, 1);
  const plain = offsetToText('"$f".l', '"$f".t');
  const written = zone.kind === "offset" ? plain : wholeMinutes(plain);
  const text = `list_transform([{t: ${instant.sql}, l: ${localTime(instant.sql, zone)}}], lambda "$f": ${written})[1]`;
  refuseVolatile([instant], "STRING", position);
  return combine(text, scalar("STRING"), [instant, ...parts]);
}
