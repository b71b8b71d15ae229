/** https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions */
import type { SpecialFunction } from "../../functions/special.ts";
import { coerce, commonType } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { SpecialHandler } from "./call.ts";
import { expectCount } from "./call.ts";

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

export const arrayHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = { ARRAY_CONCAT: arrayConcat };
