/** https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions#percentile_cont (and _disc) */
import type { CallExpression } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, scalar } from "../types.ts";
import { coerce } from "./coercion.ts";
import { withoutNaN } from "./frames.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** PERCENTILE_CONT interpolates between FLOAT64 values; PERCENTILE_DISC gives the first value that is far enough. */
export function percentile(call: CallExpression, args: Typed[], window: { sql: string; parts: Typed[] }): Typed {
  const { name, position } = call;
  const [value, fraction] = args;
  if (value === undefined || fraction === undefined || args.length > 2) {
    throw new SqlError(`No matching signature for ${name}`, position);
  }
  const isContinuous = name === "PERCENTILE_CONT";
  if (value.type.kind === "NUMERIC" && isContinuous) throw unsupported(`${name} of a NUMERIC`, position);
  const kind = fraction.literal?.kind;
  const share = Number(fraction.literal?.value);
  if ((kind !== "float" && kind !== "integer") || !(share >= 0 && share <= 1)) {
    throw unsupported(`${name} with a second argument that is not a number from 0 to 1`, position);
  }
  const isNull = value.type.kind === "NULL";
  const typed = isContinuous || isNull ? coerce(value, scalar(isContinuous ? "FLOAT64" : "INT64"), position) : value;
  if (!isComparable(typed.type)) throw new SqlError(`No matching signature for ${name}`, position);
  const checked = withoutNaN(typed, `${name} of NaN is refused`);
  const sql = call.nulls === "RESPECT" ? withNulls(checked, { share, isContinuous, over: window.sql }) : "";
  const duckName = isContinuous ? "quantile_cont" : "quantile_disc";
  const plain = `${duckName}(${checked.sql}, CAST('${share}' AS DOUBLE))${window.sql}`;
  return combine(sql === "" ? plain : sql, typed.type, [...args, ...window.parts]);
}

/** NULL is a value, the lowest; between NULL and a number the number is taken. */
function withNulls(value: Typed, how: { share: number; isContinuous: boolean; over: string }): string {
  const sorted = `list_sort(list(${value.sql})${how.over}, 'ASC', 'NULLS FIRST')`;
  const share = `CAST('${how.share}' AS DOUBLE)`;
  if (!how.isContinuous) {
    return `list_transform([${sorted}], lambda "$v": "$v"[greatest(1, CAST(ceil(${share} * len("$v")) AS BIGINT))])[1]`;
  }
  const at = (rounding: string): string => `"$v"[1 + CAST(${rounding}(${share} * (len("$v") - 1)) AS BIGINT)]`;
  const weight = `(${share} * (len("$v") - 1) - floor(${share} * (len("$v") - 1)))`;
  return `list_transform([${sorted}], lambda "$v": CASE WHEN ${weight} = 0 THEN ${at("floor")}
    WHEN ${at("floor")} IS NULL THEN ${at("ceil")}
    ELSE ${at("floor")} + (${at("ceil")} - ${at("floor")}) * ${weight} END)[1]`;
}
