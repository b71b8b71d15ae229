/** FORMAT: https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string */
import type { SpecialFunction } from "../../functions/special.ts";
import { scalar } from "../../types.ts";
import { cast } from "../casts.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount } from "./call.ts";
import type { SpecialHandler } from "./call.ts";

/** The text of a scalar as the routine bq_partial_format reads it. */
export function valueText(typed: Typed): string {
  switch (typed.type.kind) {
    case "STRING":
      return typed.sql;
    case "BYTES":
      return `lower(hex(${typed.sql}))`;
    case "DATE":
    case "DATETIME":
    case "TIME":
    case "TIMESTAMP":
      return cast(typed, scalar("STRING"), { isSafe: false, position: 0 }).sql;
    case "FLOAT64":
      // DuckDB's own text of some powers of two, such as 2^81, is another number.
      return `bq_float_digits(${typed.sql})`;
    case "INTERVAL":
      return `bq_interval_text(${typed.sql})`;
    default:
      return `CAST(${typed.sql} AS VARCHAR)`;
  }
}

/** What %t or %T writes of any value, NULL included. */
function printedText(typed: Typed, routine: "bq_partial_print" | "bq_partial_literal", depth = 0): string {
  const { type, sql } = typed;
  if (type.kind === "ARRAY") {
    const element = `"$e${depth}"`;
    const text = printedText({ sql: element, type: type.element }, routine, depth + 1);
    return `(CASE WHEN ${sql} IS NULL THEN 'NULL'
      ELSE '[' || array_to_string(list_transform(${sql}, lambda ${element}: ${text}), ', ') || ']' END)`;
  }
  if (type.kind === "STRUCT") {
    const texts = type.fields.map((field, index) =>
      printedText({ sql: `struct_extract(${sql}, 'f${index + 1}')`, type: field.type }, routine, depth),
    );
    const isSingleLiteral = texts.length === 1 && routine === "bq_partial_literal";
    return `(CASE WHEN ${sql} IS NULL THEN 'NULL'
      ELSE '${isSingleLiteral ? "STRUCT" : ""}(' || ${texts.join(" || ', ' || ")} || ')' END)`;
  }
  return `coalesce(${routine}('${type.kind}', ${valueText(typed)}), 'NULL')`;
}

function isNested({ type }: Typed): boolean {
  return type.kind === "ARRAY" || type.kind === "STRUCT";
}

function list(items: string[]): string {
  return `CAST([${items.join(", ")}] AS VARCHAR[])`;
}

const format: SpecialHandler = (special) => {
  expectCount(special, 1, 1000);
  const { position } = special.call;
  const pattern = argument(special, 0, scalar("STRING"));
  const values = special.call.args.slice(1).map((_, index) => {
    const value = argument(special, index + 1);
    return value.type.kind === "NULL" ? coerce(value, scalar("INT64"), position) : value;
  });
  refuseVolatile(values, "FORMAT", position);
  const kinds = values.map((value) => (isNested(value) ? "NESTED" : value.type.kind));
  const texts = values.map((value) => (isNested(value) ? printedText(value, "bq_partial_print") : valueText(value)));
  const literals = values.map((value) => (isNested(value) ? printedText(value, "bq_partial_literal") : "NULL"));
  const sql = `bq_partial_format(${pattern.sql}, '${kinds.join(",")}', ${list(texts)}, ${list(literals)})`;
  return combine(sql, scalar("STRING"), [pattern, ...values]);
};

export const printingHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = { FORMAT: format };
