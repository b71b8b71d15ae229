/** `*` and `t.*` with EXCEPT and REPLACE. */
import type { Expression, SelectItem } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import type { Source } from "./from.ts";
import { sameName } from "./scope.ts";
import type { ScopeColumn } from "./scope.ts";
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
  if (source === undefined) throw new SqlError("SELECT * must have a FROM clause", item.position);
  const columns = item.of === undefined ? source.columns : qualified(item, source);
  for (const name of [...item.except, ...item.replace.map((replacement) => replacement.name)]) {
    if (!columns.some((column) => sameName(column.name, name))) {
      throw new SqlError(`Column ${name} in SELECT * EXCEPT/REPLACE list does not exist`, item.position);
    }
  }
  const kept = columns.filter((column) => !item.except.some((name) => sameName(name, column.name)));
  if (kept.length === 0) throw new SqlError("SELECT * expands to no columns", item.position);
  return kept.map((column) => output(place, item, column));
}

function qualified(item: SelectItem & { kind: "star" }, source: Source): ScopeColumn[] {
  const of = item.of;
  const name = of?.kind === "path" && of.names.length === 1 ? of.names[0] : undefined;
  if (name === undefined) throw unsupported("A star after anything but a table name", item.position);
  const variable = source.variables.find((candidate) => sameName(candidate.alias, name));
  if (variable === undefined) throw unsupported(`${name}.*, for ${name} is not a table here,`, item.position);
  return variable.columns;
}

function output(place: Place, item: SelectItem & { kind: "star" }, column: ScopeColumn): OutputItem {
  const { position } = item;
  const replacement = item.replace.find(({ name }) => sameName(name, column.name));
  if (replacement !== undefined) {
    const typed = analyzeExpression(place, replacement.expression);
    return { name: column.name, expression: replacement.expression, typed, position };
  }
  const typed: Typed = { sql: column.sql, type: column.type, usesLocalColumn: true };
  if (place.groupKeys !== undefined && !place.groupKeys.has(column.sql)) {
    typed.ungrouped = { name: column.name ?? "*", position };
  }
  return { name: column.name, expression: undefined, typed, position };
}
