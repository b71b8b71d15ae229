/** `*` and `t.*` with EXCEPT and REPLACE. */
import type { Expression, SelectItem } from "../ast.ts";
import { SqlError } from "../position.ts";
import { typeName } from "../types.ts";
import type { Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { refuseVolatile } from "./operators.ts";
import { sameName } from "./scope.ts";
import type { ScopeColumn, Source } from "./scope.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** One column of a select list. */
export interface OutputItem {
  name: string | undefined;
  expression: Expression | undefined;
  typed: Typed;
  position: number;
}

/** The name that a select item gives to its column, before any analysis. */
export function outputName(item: SelectItem): string | undefined {
  if (item.kind === "star") return undefined;
  const { expression, alias } = item;
  if (alias !== undefined) return alias;
  if (expression.kind === "path") return expression.names.at(-1);
  return expression.kind === "field" ? expression.name : undefined;
}

export function expandStar(
  place: Place,
  item: SelectItem & { kind: "star" },
  source: Source | undefined,
): OutputItem[] {
  const columns = starColumns(place, item, source);
  const named = [...item.except, ...item.replace.map((replacement) => replacement.name)];
  for (const [index, name] of named.entries()) {
    if (named.slice(0, index).some((other) => sameName(other, name))) {
      throw new SqlError(`Duplicate column ${name} in SELECT * EXCEPT/REPLACE list`, item.position);
    }
    if (!columns.some((column) => sameName(column.name, name))) {
      throw new SqlError(`Column ${name} in SELECT * EXCEPT/REPLACE list does not exist`, item.position);
    }
  }
  const kept = columns.filter((column) => !item.except.some((name) => sameName(name, column.name)));
  if (kept.length === 0) throw new SqlError("SELECT * expands to no columns", item.position);
  return kept.map((column) => output(place, item, column));
}

/** A column of the star, or a field of the STRUCT before it. */
interface StarColumn {
  name: string | undefined;
  typed: Typed;
}

function starColumns(place: Place, item: SelectItem & { kind: "star" }, source: Source | undefined): StarColumn[] {
  const { of, position } = item;
  if (of === undefined) {
    if (source === undefined) throw new SqlError("SELECT * must have a FROM clause", position);
    return source.columns.map((column) => readColumn(place, column, position));
  }
  const name = of.kind === "path" && of.names.length === 1 ? of.names[0] : undefined;
  const variable = source?.variables.find((candidate) => sameName(candidate.alias, name));
  if (variable?.value !== undefined && variable.value.type.kind !== "STRUCT") {
    throw new SqlError(`Dot-star is not supported for type ${typeName(variable.value.type)}`, position);
  }
  if (variable !== undefined) return variable.columns.map((column) => readColumn(place, column, position));
  const base = analyzeExpression(place, of);
  if (base.type.kind !== "STRUCT") {
    throw new SqlError(`Dot-star is not supported for type ${typeName(base.type)}`, position);
  }
  refuseVolatile([base], "a star", position);
  return base.type.fields.map((field, index) => ({
    name: field.name,
    typed: combine(`struct_extract(${base.sql}, 'f${index + 1}')`, field.type, [base]),
  }));
}

function readColumn(place: Place, column: ScopeColumn, position: number): StarColumn {
  const typed: Typed = { sql: column.sql, type: column.type, usesLocalColumn: true };
  if (place.groupKeys !== undefined && !place.groupKeys.has(column.sql)) {
    typed.ungrouped = { name: column.name ?? "*", position };
  }
  return { name: column.name, typed };
}

function output(place: Place, item: SelectItem & { kind: "star" }, column: StarColumn): OutputItem {
  const { position } = item;
  const replacement = item.replace.find(({ name }) => sameName(name, column.name));
  if (replacement === undefined) return { ...column, expression: undefined, position };
  const typed = analyzeExpression(place, replacement.expression);
  return { name: column.name, expression: replacement.expression, typed, position };
}
