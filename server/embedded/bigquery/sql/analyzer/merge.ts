/** MERGE: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#merge_statement */
import type { MergeClause, Statement } from "../ast.ts";
import type { MergeStep, Plan } from "../plan.ts";
import { SqlError } from "../position.ts";
import type { Context } from "./context.ts";
import { analyzeExpression } from "./expression.ts";
import { analyzeFrom, quoteName } from "./from.ts";
import type { Scope, ScopeColumn } from "./scope.ts";
import { sameName } from "./scope.ts";
import {
  assignedColumns,
  condition,
  defaultedColumns,
  insertedColumns,
  statementPlace,
  storedValue,
  valueSql,
} from "./assignments.ts";
import type { WritableTable } from "./assignments.ts";

type Merge = Statement & { kind: "merge" };

interface Scopes {
  both: Scope;
  source: Scope;
  target: Scope;
}

export function planMerge(context: Context, statement: Merge, table: WritableTable): Plan {
  const from = analyzeFrom(context, statement.source, undefined);
  const read = from.columns.map((column, index) => `${column.sql} AS c${index + 1}`);
  const source = `SELECT ${read.join(", ")} FROM ${from.sql}`;
  const scopes = mergeScopes(statement, table, {
    alias: from.variables[0]?.alias,
    columns: from.columns.map((column, index) => ({ ...column, sql: `s.c${index + 1}` })),
  });
  const on = analyzeExpression(statementPlace(context, scopes.both, "a MERGE condition"), statement.on);
  const has = (when: MergeClause["when"]): boolean => statement.clauses.some((clause) => clause.when === when);
  const side = joinSide(has("NOT MATCHED BY TARGET"), has("NOT MATCHED BY SOURCE"));
  const steps = statement.clauses.map((clause, index) => planStep(context, clause, { index, table, scopes }));
  const choices = statement.clauses.map(
    (clause, index) => `WHEN ${clauseCondition(context, clause, scopes)} THEN ${index}`,
  );
  return {
    kind: "MERGE",
    target: table.target,
    source,
    join: `s ${side} JOIN ${table.target.sqlName} AS t ON ${condition(on, statement.on)}`,
    choice: `CASE ${choices.join(" ")} END`,
    steps,
  };
}

function joinSide(keepsSource: boolean, keepsTarget: boolean): string {
  if (keepsSource) return keepsTarget ? "FULL" : "LEFT";
  return keepsTarget ? "RIGHT" : "INNER";
}

function mergeScopes(
  statement: Merge,
  table: WritableTable,
  from: { alias: string | undefined; columns: ScopeColumn[] },
): Scopes {
  const name = statement.alias ?? statement.path.parts.at(-1);
  if (sameName(name, from.alias))
    throw new SqlError(`Duplicate table alias ${name ?? ""} in MERGE`, statement.position);
  const columns = table.columns.map((column) => ({ ...column, sql: `t.${quoteName(column.name)}` }));
  const target: Scope = { variables: [{ alias: name, columns }], columns, parent: undefined };
  const source: Scope = { variables: [from], columns: from.columns, parent: undefined };
  return {
    target,
    source,
    both: {
      variables: [...target.variables, ...source.variables],
      columns: [...target.columns, ...source.columns],
      parent: undefined,
    },
  };
}

/** What a clause may see: both rows when they matched, otherwise the one there is. */
function scopeOf(clause: MergeClause, scopes: Scopes): Scope {
  if (clause.when === "MATCHED") return scopes.both;
  return clause.when === "NOT MATCHED BY TARGET" ? scopes.source : scopes.target;
}

function clauseCondition(context: Context, clause: MergeClause, scopes: Scopes): string {
  const kinds = {
    MATCHED: "t.rowid IS NOT NULL AND s.rowid IS NOT NULL",
    "NOT MATCHED BY TARGET": "t.rowid IS NULL",
    "NOT MATCHED BY SOURCE": "s.rowid IS NULL",
  };
  if (clause.condition === undefined) return kinds[clause.when];
  const place = statementPlace(context, scopeOf(clause, scopes), "a MERGE condition");
  return `${kinds[clause.when]} AND ${condition(analyzeExpression(place, clause.condition), clause.condition)}`;
}

interface StepInput {
  index: number;
  table: WritableTable;
  scopes: Scopes;
}

function planStep(context: Context, clause: MergeClause, input: StepInput): MergeStep {
  const { index, table, scopes } = input;
  const { action, position } = clause;
  const place = statementPlace(context, scopeOf(clause, scopes), "MERGE");
  if (action.kind === "DELETE") return { index, action: "DELETE", columns: [], values: [] };
  if (action.kind === "UPDATE") {
    const name = scopes.target.variables[0]?.alias ?? "";
    const assigned = assignedColumns(place, { columns: table.columns, name, alias: "t" }, action.set);
    const values = assigned.map(({ sql }) => sql);
    return { index, action: "UPDATE", columns: assigned.map(({ column }) => column.name), values };
  }
  const columns = insertedColumns(table.columns, action.columns, position);
  const defaulted = defaultedColumns(table.columns, columns);
  const names = [...columns, ...defaulted].map((column) => column.name);
  const defaults = defaulted.map((column) => context.defaultSql(column));
  if (action.values === "ROW") {
    if (scopes.source.columns.length !== columns.length) {
      throw new SqlError("INSERT ROW needs as many source columns as are inserted", position);
    }
    const values = columns.map((column) => {
      const found = scopes.source.columns.find((candidate) => sameName(candidate.name, column.name));
      if (found === undefined) throw new SqlError(`INSERT ROW: the source has no column ${column.name}`, position);
      return storedValue({ sql: found.sql, type: found.type }, column, position).sql;
    });
    return { index, action: "INSERT", columns: names, values: [...values, ...defaults] };
  }
  if (action.values.length !== columns.length) {
    throw new SqlError(
      `Inserted row has wrong column count; Has ${action.values.length}, expected ${columns.length}`,
      position,
    );
  }
  const values = action.values.map((value, at) => valueSql(place, value, columns[at]));
  return { index, action: "INSERT", columns: names, values: [...values, ...defaults] };
}
