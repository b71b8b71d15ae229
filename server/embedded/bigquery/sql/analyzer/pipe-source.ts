/** What stands between two pipe operators: a source whose names stay when it becomes a subquery. */
import { newAlias } from "./context.ts";
import type { Context, Place } from "./context.ts";
import type { RangeVariable, Scope, ScopeColumn, Source } from "./scope.ts";

export interface Around {
  context: Context;
  parent: Scope | undefined;
}

export function placeOver({ context, parent }: Around, source: Source, clause: string): Place {
  return {
    context,
    scope: { variables: source.variables, columns: source.columns, parent },
    aggregates: { forbiddenIn: clause },
    windows: { forbiddenIn: clause },
    groupKeys: undefined,
    aliases: undefined,
    namedWindows: new Map(),
  };
}

/** The source as a subquery with `tail` after its FROM: whatever could be named before still can be. */
export function rebind(
  { context }: Around,
  source: Source,
  { tail, more = [], isDistinct = false }: { tail: string; more?: ScopeColumn[]; isDistinct?: boolean },
): Source {
  const name = newAlias(context, "p");
  const named = new Map<string, string>();
  const read = ({ sql }: ScopeColumn): string => {
    const known = named.get(sql) ?? `${name}.c${named.size + 1}`;
    named.set(sql, known);
    return known;
  };
  const moved = (column: ScopeColumn): ScopeColumn => ({ ...column, sql: read(column) });
  // Each new column is computed for itself: two random values are not one.
  const added = more.map((column, index) => ({ ...column, sql: `${name}.m${index + 1}` }));
  const columns = [...source.columns.map(moved), ...added];
  const variables = source.variables.map((variable): RangeVariable => {
    const own = { ...variable, columns: variable.columns.map(moved) };
    return variable.value === undefined ? own : { ...own, value: moved(variable.value) };
  });
  const items = [
    ...[...named].map(([sql, to]) => `${sql} AS ${to.slice(name.length + 1)}`),
    ...more.map(({ sql }, index) => `${sql} AS m${index + 1}`),
  ];
  const distinctSql = isDistinct ? "DISTINCT " : "";
  return { sql: `(SELECT ${distinctSql}${items.join(", ")} FROM ${source.sql}${tail}) AS ${name}`, variables, columns };
}
