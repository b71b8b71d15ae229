/** https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions */
import type { SpecialFunction } from "../../functions/special.ts";
import { SqlError, unsupported } from "../../position.ts";
import { isComparable, scalar, typeName } from "../../types.ts";
import { coerce, commonType } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { SpecialHandler } from "./call.ts";
import { argument, expectCount } from "./call.ts";

const arrayConcat: SpecialHandler = (special) => {
  const { call } = special;
  expectCount(special, 1, 1000);
  const items = call.args.map((expression) => special.analyze(expression));
  const type = commonType(items, call.position, "function ARRAY_CONCAT");
  const arrays = items.map((item) => coerce(item, type, call.position));
  refuseVolatile(arrays, "ARRAY_CONCAT", call.position);
  const nulls = arrays.map((item) => `${item.sql} IS NULL`).join(" OR ");
  const joined = arrays.map((item) => item.sql).join(" || ");
  return combine(`(CASE WHEN ${nulls} THEN NULL ELSE ${joined} END)`, type, arrays);
};

/** How many of the bounds are not above the value: https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions#range_bucket */
const rangeBucket: SpecialHandler = (special) => {
  const { position } = special.call;
  expectCount(special, 2);
  const bounds = argument(special, 1);
  const point = argument(special, 0);
  if (bounds.type.kind !== "ARRAY") throw new SqlError("RANGE_BUCKET needs an ARRAY as its second argument", position);
  const element = { sql: '"$b"', type: bounds.type.element };
  const type = commonType([point, element], position, "function RANGE_BUCKET");
  if (!isComparable(type) || type.kind === "NULL") throw unsupported(`RANGE_BUCKET of ${typeName(type)}`, position);
  const value = coerce(point, type, position);
  refuseVolatile([value, bounds], "RANGE_BUCKET", position);
  const bound = coerce(element, type, position).sql;
  const isNaN = type.kind === "FLOAT64" ? ` OR isnan(${value.sql})` : "";
  const nanBound =
    type.kind === "FLOAT64"
      ? `WHEN len(list_filter(${bounds.sql}, lambda "$b": isnan(${bound}))) > 0 THEN error('Elements in input array to RANGE_BUCKET cannot be NaN.')`
      : "";
  const sql = `(CASE WHEN ${value.sql} IS NULL OR ${bounds.sql} IS NULL${isNaN} THEN NULL
    WHEN len(list_filter(${bounds.sql}, lambda "$b": "$b" IS NULL)) > 0 THEN error('Elements in input array to RANGE_BUCKET cannot be null.')
    ${nanBound}
    WHEN ${bounds.sql} <> list_sort(${bounds.sql}) THEN error('Elements in input array to RANGE_BUCKET must be in ascending order.')
    ELSE CAST(len(list_filter(${bounds.sql}, lambda "$b": ${bound} <= ${value.sql})) AS BIGINT) END)`;
  return combine(sql, scalar("INT64"), [value, bounds]);
};

export const arrayHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  ARRAY_CONCAT: arrayConcat,
  RANGE_BUCKET: rangeBucket,
};
