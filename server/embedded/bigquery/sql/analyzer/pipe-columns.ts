/** The pipe operators that change columns: EXTEND, SET, DROP and RENAME. */
import type { PipeOperator, SelectItem } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import { scalar } from "../types.ts";
import type { Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { placeOver, rebind } from "./pipe-source.ts";
import type { Around } from "./pipe-source.ts";
import { sameName } from "./scope.ts";
import type { ScopeColumn, Source } from "./scope.ts";
import { expandStar, outputName } from "./star.ts";

export function extend(around: Around, source: Source, operator: PipeOperator & { kind: "extend" }): Source {
  const namedWindows = new Map(
    operator.windows.map(({ name, specification }) => [name.toLowerCase(), specification] as const),
  );
  const place: Place = { ...placeOver(around, source, "the pipe operator EXTEND"), windows: "allowed", namedWindows };
  const more = operator.items.flatMap((item) => extension(place, source, item));
  return rebind(around, source, { tail: "", more });
}

function extension(place: Place, source: Source, item: SelectItem): ScopeColumn[] {
  if (item.kind === "star") {
    return expandStar(place, item, source).map(({ name, typed }) => ({ name, sql: typed.sql, type: typed.type }));
  }
  const { sql, type } = analyzeExpression(place, item.expression);
  const isNull = type.kind === "NULL";
  return [
    { name: outputName(item), sql: isNull ? `CAST(${sql} AS BIGINT)` : sql, type: isNull ? scalar("INT64") : type },
  ];
}

/** SET, DROP and RENAME change what the rows show; under a table's name its columns stay as they were. */
export function changedColumns(
  around: Around,
  source: Source,
  operator: PipeOperator & { kind: "set columns" | "drop" | "rename" },
): ScopeColumn[] {
  const { columns } = source;
  const { position } = operator;
  const names =
    operator.kind === "drop"
      ? operator.names
      : operator.kind === "rename"
        ? operator.names.map(({ from }) => from)
        : operator.items.map(({ name }) => name);
  const what = operator.kind === "set columns" ? "SET" : operator.kind.toUpperCase();
  for (const [index, name] of names.entries()) {
    const found = columns.filter((column) => sameName(column.name, name)).length;
    if (found === 0) throw new SqlError(`Column name in pipe ${what} not found in input table: ${name}`, position);
    if (found > 1) throw new SqlError(`Column name in pipe ${what} exists more than once: ${name}`, position);
    if (names.slice(0, index).some((other) => sameName(other, name))) {
      throw new SqlError(`Duplicate column name in pipe ${what}: ${name}`, position);
    }
  }
  if (operator.kind === "drop") {
    const kept = columns.filter((column) => !names.some((name) => sameName(name, column.name)));
    if (kept.length === 0) throw new SqlError("Pipe DROP dropped all columns in the input table", position);
    return kept;
  }
  if (operator.kind === "rename") {
    if (source.variables.some(({ value }) => names.some((name) => sameName(name, value?.name)))) {
      throw new SqlError("RENAME can only rename columns, and this is a table alias", position);
    }
    return columns.map((column) => {
      const to = operator.names.find(({ from }) => sameName(from, column.name))?.to;
      return to === undefined ? column : { ...column, name: to };
    });
  }
  const place: Place = { ...placeOver(around, source, "the pipe operator SET"), windows: { forbiddenIn: "SET" } };
  return columns.map((column) => {
    const item = operator.items.find(({ name }) => sameName(name, column.name));
    if (item === undefined) return column;
    const typed = analyzeExpression(place, item.expression);
    if (typed.isVolatile) throw unsupported("A random value in the pipe operator SET", item.position);
    const isNull = typed.type.kind === "NULL";
    const type = isNull ? scalar("INT64") : typed.type;
    return { ...column, sql: isNull ? `CAST(${typed.sql} AS BIGINT)` : typed.sql, type };
  });
}
