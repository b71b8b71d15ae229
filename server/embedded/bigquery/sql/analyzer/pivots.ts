/** PIVOT and UNPIVOT: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator */
import type { Expression, FromItem } from "../ast.ts";
import { isAggregateFunction } from "../functions/aggregates.ts";
import { stringLiteral } from "../literals.ts";
import { SqlError, unsupported } from "../position.ts";
import { isGroupable, sameType, scalar, typeName } from "../types.ts";
import { coerce } from "./coercion.ts";
import type { Context, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { mayBeNaN } from "./floats.ts";
import { sameName } from "./scope.ts";
import type { Column, Relation, Scope, ScopeColumn, Source } from "./scope.ts";
import type { Typed } from "./typed.ts";

type Pivot = FromItem & { kind: "pivot" };
type Unpivot = FromItem & { kind: "unpivot" };

function placeOver(context: Context, scope: Scope): Place {
  return {
    context,
    scope,
    aggregates: { forbiddenIn: "PIVOT" },
    windows: { forbiddenIn: "PIVOT" },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(),
  };
}

function reads(sql: string, column: ScopeColumn): boolean {
  for (let at = sql.indexOf(column.sql); at >= 0; at = sql.indexOf(column.sql, at + 1)) {
    if (!/\w/.test(sql[at + column.sql.length] ?? "")) return true;
  }
  return false;
}

/** These give a number for no rows; all others give NULL. */
const counts = new Set(["COUNT", "COUNTIF", "APPROX_COUNT_DISTINCT"]);

/**
 * The aggregates per group and pivot value, and then one row per group. The groups are the columns that neither the
 * aggregates nor the pivot expression read.
 */
export function pivotRelation(
  context: Context,
  item: Pivot,
  input: { source: Source; parent: Scope | undefined },
): Relation {
  const { source, parent } = input;
  const scope: Scope = { variables: source.variables, columns: source.columns, parent };
  const place = placeOver(context, scope);
  const by = analyzeExpression(place, item.by);
  if (!isGroupable(by.type) || mayBeNaN(by)) throw unsupported(`PIVOT by a ${typeName(by.type)}`, item.by.position);
  const aggregates = item.aggregates.map(({ call }) => {
    if (
      call.kind !== "call" ||
      call.over !== undefined ||
      !isAggregateFunction(call.name) ||
      call.name === "GROUPING"
    ) {
      throw new SqlError("PIVOT expression must be an aggregate function call", call.position);
    }
    return { isCount: counts.has(call.name), typed: analyzeExpression({ ...place, aggregates: "allowed" }, call) };
  });
  const used = [by.sql, ...aggregates.map(({ typed }) => typed.sql)].join(" ");
  const keys = source.columns.filter((column) => !reads(used, column));
  for (const { type } of keys)
    if (!isGroupable(type)) throw unsupported(`PIVOT grouped by a ${typeName(type)}`, item.position);
  const keyNames = keys.map((_, index) => `k${index + 1}`);
  const inner = [
    ...keys.map((key, index) => `${key.sql} AS k${index + 1}`),
    `${by.sql} AS v`,
    ...aggregates.map(({ typed }, index) => `${typed.sql} AS a${index + 1}`),
  ];
  const groups = [...keys.map((key) => key.sql), by.sql].join(", ");
  const columns: Column[] = keys.map(({ name, type }) => ({ name, type }));
  const outer = keyNames.map((name, index) => `p.${name} AS c${index + 1}`);
  for (const { expression, alias } of item.values) {
    const value = coerce(
      analyzeExpression(placeOver(context, { variables: [], columns: [], parent: undefined }), expression),
      by.type,
      expression.position,
      "A PIVOT value",
    );
    for (const [index, { typed, isCount }] of aggregates.entries()) {
      const prefix = item.aggregates[index]?.alias;
      if (prefix === undefined && aggregates.length > 1)
        throw new SqlError("PIVOT expressions must have an alias when there are several", item.position);
      const name = alias ?? valueName(expression, prefix !== undefined);
      columns.push({ name: prefix === undefined ? name : `${prefix}_${name}`, type: typed.type });
      const chosen = `any_value(p.a${index + 1}) FILTER (WHERE p.v IS NOT DISTINCT FROM ${value.sql})`;
      outer.push(`${isCount ? `coalesce(${chosen}, 0)` : chosen} AS c${columns.length}`);
    }
  }
  const grouped = keys.length === 0 ? "" : ` GROUP BY ${keyNames.map((name) => `p.${name}`).join(", ")}`;
  const sql = `SELECT ${outer.join(", ")} FROM (SELECT ${inner.join(", ")} FROM ${source.sql} GROUP BY ${groups}) AS p${grouped}`;
  return { sql, columns };
}

/** The name of a column without an alias: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator */
function valueName(expression: Expression, hasPrefix: boolean): string {
  if (expression.kind === "literal") {
    const { type, value } = expression;
    if (type === "STRING") return value;
    if (type === "BOOL" || type === "NULL") return value;
    if (type === "INT64" && /^-?\d+$/.test(value)) {
      if (value.startsWith("-")) return `minus_${value.slice(1)}`;
      return hasPrefix ? value : `_${value}`;
    }
    if (type === "DATE" && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
      const name = value.replaceAll("-", "_");
      return hasPrefix ? name : `_${name}`;
    }
  }
  throw unsupported("A PIVOT value of this kind without an alias", expression.position);
}

/** One row per group of columns. */
export function unpivotRelation(
  context: Context,
  item: Unpivot,
  input: { source: Source; parent: Scope | undefined },
): Relation {
  const { source, parent } = input;
  const place = placeOver(context, { variables: [], columns: source.columns, parent });
  const groups = item.groups.map((group) => {
    if (group.columns.length !== item.values.length)
      throw new SqlError("UNPIVOT column groups must have as many columns as there are value columns", group.position);
    const columns = group.columns.map((name): Typed => {
      if (!source.columns.some((column) => sameName(column.name, name)))
        throw new SqlError(`Column ${name} is not found in UNPIVOT's input`, group.position);
      return analyzeExpression(place, { kind: "path", names: [name], position: group.position });
    });
    return { columns, label: labelOf(group) };
  });
  const [first] = groups;
  if (first === undefined) throw new SqlError("UNPIVOT needs columns", item.position);
  for (const { columns, label } of groups) {
    const isSame = columns.every(({ type }, index) => sameType(type, first.columns[index]?.type ?? type));
    if (!isSame || label.type.kind !== first.label.type.kind) {
      throw new SqlError("The columns and the labels of UNPIVOT must have the same types", item.position);
    }
  }
  const named = groups.flatMap(({ columns }) => columns.map(({ sql }) => sql));
  const used = new Set(named);
  if (used.size < named.length)
    throw new SqlError("Column names in UNPIVOT IN clause cannot be repeated", item.position);
  const rest = source.columns.filter((column) => !used.has(column.sql));
  const rows = groups.map(
    ({ columns, label }) =>
      `struct_pack(n := ${label.sql}, ${columns.map(({ sql }, index) => `v${index + 1} := ${sql}`).join(", ")})`,
  );
  const inner = [...rest.map(({ sql }, index) => `${sql} AS k${index + 1}`), `unnest([${rows.join(", ")}]) AS u`];
  const values = first.columns.map((_, index) => `struct_extract(r.u, 'v${index + 1}')`);
  const output = [...rest.map((_, index) => `r.k${index + 1}`), ...values, "struct_extract(r.u, 'n')"];
  const filter = item.keepsNulls ? "" : ` WHERE ${values.map((value) => `${value} IS NOT NULL`).join(" OR ")}`;
  const select = output.map((sql, index) => `${sql} AS c${index + 1}`).join(", ");
  return {
    sql: `SELECT ${select} FROM (SELECT ${inner.join(", ")} FROM ${source.sql}) AS r${filter}`,
    columns: [
      ...rest.map(({ name, type }) => ({ name, type })),
      ...first.columns.map(({ type }, index) => ({ name: item.values[index], type })),
      { name: item.name, type: first.label.type },
    ],
  };
}

function labelOf(group: Unpivot["groups"][number]): Typed {
  const { label } = group;
  if (label === undefined) return { sql: stringLiteral(group.columns.join("_")), type: scalar("STRING") };
  if (label.kind !== "literal" || (label.type !== "STRING" && label.type !== "INT64")) {
    throw new SqlError("A label of UNPIVOT must be a STRING or INT64 literal", label.position);
  }
  return label.type === "STRING"
    ? { sql: stringLiteral(label.value), type: scalar("STRING") }
    : { sql: `${label.value}::BIGINT`, type: scalar("INT64") };
}
