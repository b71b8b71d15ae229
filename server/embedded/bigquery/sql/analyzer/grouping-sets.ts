/**
 * GROUPING SETS, ROLLUP and CUBE: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_grouping_sets
 *
 * Keys that are computed become columns of a subquery first. DuckDB would take `a + 1` for the key `a + 1` everywhere;
 * in GoogleSQL it is the key `a`, plus 1, where `a` is a key, too, unless the key was named by its alias or number.
 */
import type { Expression, GroupBy, Select } from "../ast.ts";
import { unsupported } from "../position.ts";
import type { ComputedKey, Place } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { keyExpressions, keyTyped } from "./grouping.ts";
import type { GroupKeys } from "./grouping.ts";
import { rebind } from "./pipe-source.ts";
import type { Source } from "./scope.ts";
import type { Typed } from "./typed.ts";

interface Key {
  expression: Expression;
  typed: Typed;
  isPath: boolean;
  /** Named by the alias or the number of a select item. */
  isSelected: boolean;
}

export interface GroupingSets {
  source: Source;
  /** As `base`, over that source. */
  base: Place;
  keys: GroupKeys;
}

export function groupingSets(
  base: Place,
  select: Select & { groupBy: GroupBy },
  { source, whereSql }: { source: Source; whereSql: string },
): GroupingSets {
  const keys = analyzedKeys(base, select);
  const computed = [...new Set(keys.filter((key) => !key.isPath).map((key) => key.typed.sql))];
  const more = computed.map((sql) => {
    const type = keys.find((key) => key.typed.sql === sql)?.typed.type ?? { kind: "NULL" };
    return { name: undefined, sql, type };
  });
  const { context, scope } = base;
  const rebound = rebind({ context, parent: scope.parent }, source, { tail: whereSql, more });
  const columns = rebound.columns.slice(0, source.columns.length);
  const added = rebound.columns.slice(source.columns.length);
  const inner: Place = { ...base, scope: { variables: rebound.variables, columns, parent: scope.parent } };
  const computedKeys = new Map<string, ComputedKey>();
  const moved = keys.map((key): Typed => {
    const again = analyzeExpression(keyPlace(inner), key.expression);
    if (key.isPath) return again;
    const column = added[computed.indexOf(key.typed.sql)];
    const typed: Typed = { sql: column?.sql ?? "", type: key.typed.type, usesLocalColumn: true };
    const isSelected = key.isSelected || computedKeys.get(again.sql)?.isSelected === true;
    computedKeys.set(again.sql, { typed, isSelected });
    return typed;
  });
  const analyzed = new Map(
    keys.flatMap((key, index) => (key.isSelected ? [[key.expression, moved[index] as Typed]] : [])),
  );
  const sets = select.groupBy.sets.map((set) => `(${set.map((index) => moved[index]?.sql ?? "").join(", ")})`);
  return {
    source: { ...rebound, columns },
    base: { ...inner, computedKeys },
    keys: { set: new Set(moved.map(({ sql }) => sql)), analyzed, sql: ` GROUP BY GROUPING SETS (${sets.join(", ")})` },
  };
}

function keyPlace(base: Place): Place {
  const forbidden = { forbiddenIn: "GROUP BY clause" };
  return { ...base, aggregates: forbidden, windows: forbidden };
}

function analyzedKeys(base: Place, select: Select & { groupBy: GroupBy }): Key[] {
  const { items } = select.groupBy;
  const keys = keyExpressions(select, select.groupBy).map((expression, index): Key => {
    const typed = keyTyped(keyPlace(base), expression);
    if (typed.usesLocalColumn !== true || typed.sql.includes("SELECT ")) {
      throw unsupported("ROLLUP, CUBE or GROUPING SETS of a constant or a subquery", expression.position);
    }
    const isPath = expression.kind === "path" || expression.kind === "field";
    return { expression, typed, isPath, isSelected: expression !== items[index] };
  });
  for (const { typed, expression, isPath } of keys) {
    const isInside = keys.some((other) => other.typed.sql !== typed.sql && typed.sql.includes(`(${other.typed.sql},`));
    if (isPath && isInside)
      throw unsupported("ROLLUP, CUBE or GROUPING SETS of a STRUCT and its field", expression.position);
  }
  return keys;
}
