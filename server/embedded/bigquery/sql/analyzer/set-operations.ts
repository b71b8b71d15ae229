/**
 * UNION, INTERSECT and EXCEPT, by position or by name.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#set_operators
 */
import type { ColumnMatching, SetOperation } from "../ast.ts";
import { SqlError } from "../position.ts";
import { duckType, isGroupable, sameType, scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { coerce, commonType } from "./coercion.ts";
import { sameName } from "./scope.ts";
import type { Column, Relation } from "./scope.ts";
import type { Typed } from "./typed.ts";

type Operation = Pick<SetOperation, "operator" | "matching" | "position">;

export function setOperation(operation: Operation, given: Relation[]): Relation {
  const { operator, matching, position } = operation;
  const branches = matching.by === "NAME" ? byName({ ...operation, matching }, given) : given;
  const [first] = branches;
  if (first === undefined) throw new SqlError("A set operation needs queries", position);
  if (branches.some((branch) => branch.columns.length !== first.columns.length)) {
    throw new SqlError(`Queries in ${operator} have mismatched column count`, position);
  }
  const columns = first.columns.map((column, index): Column => {
    const parts = branches.map((branch) => branchValue(branch, index, column.type));
    const type = commonType(parts, position, operator);
    if (operator !== "UNION ALL" && !isGroupable(type)) {
      throw new SqlError(`Column ${index + 1} in ${operator} has type that does not support set operations`, position);
    }
    for (const part of parts) refuseNullField(part, type, position);
    return { name: column.name, type: type.kind === "NULL" ? scalar("INT64") : type };
  });
  const sql = branches
    .map((branch) => alignBranch(branch, columns, position))
    .join(` ${operator.replace(" DISTINCT", "")} `);
  return { sql, columns, isValueTable: branches.every((branch) => branch.isValueTable === true) };
}

type ByName = Operation & { matching: ColumnMatching & { by: "NAME" } };

/** The branches with the columns that the operation keeps, in one order; a column that a branch lacks is NULL in it. */
function byName(operation: ByName, branches: Relation[]): Relation[] {
  const names = keptNames(operation, branches);
  return branches.map((branch) => {
    const indexes = names.map((name) => branch.columns.findIndex((column) => sameName(column.name, name)));
    const items = indexes.map((index, at) => `${index < 0 ? "CAST(NULL AS BIGINT)" : `n.c${index + 1}`} AS c${at + 1}`);
    return {
      sql: `SELECT ${items.join(", ")} FROM (${branch.sql}) AS n`,
      columns: indexes.map((index, at) => branch.columns[index] ?? missingColumn(names[at])),
    };
  });
}

function has(names: string[], name: string): boolean {
  return names.some((other) => sameName(other, name));
}

function missingColumn(name: string | undefined): Column {
  return { name, type: { kind: "NULL" }, literal: { kind: "null", value: "NULL" } };
}

function keptNames(operation: ByName, branches: Relation[]): string[] {
  const { matching, position } = operation;
  const { mode, columns: listed } = matching;
  const named = branches.map((branch, index) => branchNames(branch, { listed, index, position }));
  const [first = [], ...others] = named;
  if (listed !== undefined) {
    if (mode === "STRICT" && branches.some(({ columns }) => columns.length !== listed.length)) {
      throw new SqlError("Every query must have the columns of the list and no others", position);
    }
    return listedNames(listed, { mode, named, position });
  }
  if (mode === "FULL") {
    return named.flat().filter((name, index, all) => all.findIndex((other) => sameName(other, name)) === index);
  }
  if (mode === "STRICT") {
    if (others.some((names) => names.length !== first.length || !first.every((name) => has(names, name)))) {
      throw new SqlError("Queries of a set operation BY NAME must have the same column names, each once", position);
    }
    return first;
  }
  const shared = first.filter((name) => others.every((names) => has(names, name)));
  const isApart = mode === "INNER" ? shared.length === 0 : others.some((names) => !first.some((n) => has(names, n)));
  if (isApart) throw new SqlError(`The queries of this ${mode} set operation share no columns`, position);
  return mode === "INNER" ? shared : first;
}

/** The names of a branch: each has one of its own, unless a list says which columns count. */
function branchNames(
  { columns }: Relation,
  { listed, index, position }: { listed: string[] | undefined; index: number; position: number },
): string[] {
  const counted = listed === undefined ? columns : columns.filter(({ name }) => listed.some((n) => sameName(n, name)));
  const names = counted.map(({ name }, at) => {
    if (name !== undefined) return name;
    throw new SqlError(
      `Anonymous columns are not allowed in set operations by name: query ${index + 1}, column ${at + 1}`,
      position,
    );
  });
  const twice = names.find((name, at) => names.slice(0, at).some((other) => sameName(other, name)));
  if (twice === undefined) return names;
  throw new SqlError(`Duplicate column ${twice} in query ${index + 1} of a set operation by name`, position);
}

function listedNames(
  listed: string[],
  around: { mode: (ColumnMatching & { by: "NAME" })["mode"]; named: string[][]; position: number },
): string[] {
  const { mode, named, position } = around;
  for (const [index, name] of listed.entries()) {
    if (listed.slice(0, index).some((other) => sameName(other, name))) {
      throw new SqlError(`Duplicate column ${name} in the list of a set operation by name`, position);
    }
    const holders = named.map((names) => names.some((other) => sameName(other, name)));
    const isThere = mode === "FULL" ? holders.includes(true) : mode === "LEFT" ? holders[0] : !holders.includes(false);
    if (isThere !== true) throw new SqlError(`Column ${name} of the list does not appear in the queries`, position);
  }
  return listed;
}

/** A literal that a branch selects is still a literal when the columns are made one type. */
function branchValue(branch: Relation, index: number, otherwise: SqlType): Typed {
  const column = branch.columns[index];
  const value: Typed = { sql: `b.c${index + 1}`, type: column?.type ?? otherwise };
  if (column?.items !== undefined) value.items = column.items;
  if (column?.fields !== undefined) value.fields = column.fields.map((field, at) => branchField(value, field, at));
  return column?.literal === undefined ? value : { ...value, literal: column.literal };
}

const castFromInteger = new Set<SqlType["kind"]>(["INT64", "FLOAT64", "NUMERIC", "STRING", "BOOL"]);

/** A NULL literal in a STRUCT is an INT64, which is cast to what the other branches have there. */
function refuseNullField({ fields = [] }: Typed, type: SqlType, position: number): void {
  for (const [index, field] of fields.entries()) {
    const target = type.kind === "STRUCT" ? (type.fields[index]?.type.kind ?? "NULL") : "NULL";
    if (field.literal?.kind === "null" && !castFromInteger.has(target)) {
      throw new SqlError(`Invalid cast from INT64, which a NULL literal in a STRUCT is, to ${target}`, position);
    }
  }
}

/** A field of a STRUCT that a branch writes out: a NULL literal still takes any type. */
function branchField({ sql, type }: Typed, field: Typed, at: number): Typed {
  if (field.literal?.kind === "null") return field;
  const declared = type.kind === "STRUCT" ? type.fields[at]?.type : undefined;
  return { sql: `struct_extract(${sql}, 'f${at + 1}')`, type: declared ?? field.type };
}

function alignBranch(branch: Relation, columns: Column[], position: number): string {
  const isAligned = columns.every((column, index) => sameType(column.type, branch.columns[index]?.type ?? column.type));
  if (isAligned) return `(${branch.sql})`;
  const items = columns.map((column, index) => {
    const value = branchValue(branch, index, column.type);
    // DuckDB has no cast from the BIGINT that stands for NULL to an array or struct.
    const isNull = value.literal?.kind === "null";
    const sql = isNull ? `CAST(NULL AS ${duckType(column.type)})` : coerce(value, column.type, position).sql;
    return `${sql} AS c${index + 1}`;
  });
  return `(SELECT ${items.join(", ")} FROM (${branch.sql}) AS b)`;
}
