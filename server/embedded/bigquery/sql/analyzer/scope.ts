import { SqlError } from "../position.ts";
import type { Position } from "../position.ts";
import type { SqlType } from "../types.ts";
import type { Typed } from "./typed.ts";

export interface Column {
  name: string | undefined;
  type: SqlType;
  /** What a SELECT has as a literal: in a set operation it takes the type of the others. */
  literal?: Typed["literal"];
  items?: Typed["items"];
  fields?: Typed["fields"];
}

/** A query as DuckDB SQL; its output columns are called c1, c2, … */
export interface Relation {
  sql: string;
  columns: Column[];
  /** Its only column is the row: SELECT AS STRUCT and AS VALUE. */
  isValueTable?: boolean;
  /** Its only column is a value, which has a name inside a query and none in a statement's result: FROM UNNEST alone. */
  isNamelessRow?: boolean;
}

export interface ScopeColumn extends Column {
  /** The DuckDB expression that reads it. */
  sql: string;
}

/** One name of the FROM clause: a table alias with its columns, or the element variable of an UNNEST. */
export interface RangeVariable {
  alias: string | undefined;
  columns: ScopeColumn[];
  /** The element of an UNNEST: the only variable that is a value as a whole. */
  value?: ScopeColumn;
  /** The name after WITH OFFSET: it is read as a column, but no table or element may have it, too. */
  isOffset?: boolean;
}

/** What a FROM item adds to the scope, and the SQL that goes after FROM. */
export interface Source {
  sql: string;
  variables: RangeVariable[];
  columns: ScopeColumn[];
}

export interface CommonTable {
  name: string;
  isValueTable: boolean;
  /** The table is the one being defined, or a later one: what is to be done when it is read. */
  onUse?: (position: Position, isNested: boolean) => void;
  sqlName: string;
  columns: Column[];
}

/** The names an expression can see; a subquery's scope has the enclosing one as its parent. */
export interface Scope {
  variables: RangeVariable[];
  /** What an unqualified name means, in the order of `SELECT *`; USING merges columns here. */
  columns: ScopeColumn[];
  parent: Scope | undefined;
}

export const emptyScope: Scope = { variables: [], columns: [], parent: undefined };

export function sameName(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && left.toLowerCase() === right.toLowerCase();
}

export interface Resolved {
  column: Typed;
  /** Names that follow the column: fields of a STRUCT. */
  fields: string[];
}

/** Finds what a dotted name means, from the innermost scope outwards; undefined when nobody knows it. */
export function resolvePath(scope: Scope, names: string[], position: Position): Resolved | undefined {
  let isOuter = false;
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const found = resolveHere(current, names, position);
    if (found !== undefined) {
      if (isOuter) found.column.usesOuterColumn = true;
      else {
        found.column.usesLocalColumn = true;
        found.column.ungrouped = { name: names.join("."), position };
      }
      return found;
    }
    isOuter = true;
  }
  return undefined;
}

function resolveHere(scope: Scope, names: string[], position: Position): Resolved | undefined {
  const [first = "", second] = names;
  const columns = scope.columns.filter((column) => sameName(column.name, first));
  const variables = scope.variables.filter((variable) => variable.isOffset !== true && sameName(variable.alias, first));
  if (variables.length > 1) throw new SqlError(`Table name ${first} is ambiguous`, position);
  const variable = variables[0];
  if (variable === undefined) {
    if (columns.length > 1) throw new SqlError(`Column name ${first} is ambiguous`, position);
    const column = columns[0];
    return column === undefined ? undefined : { column: read(column), fields: names.slice(1) };
  }
  if (second === undefined)
    return { column: variable.value === undefined ? wholeRow(variable) : read(variable.value), fields: [] };
  if (variable.value?.type.kind === "JSON") return { column: read(variable.value), fields: names.slice(1) };
  const matches = variable.columns.filter((column) => sameName(column.name, second));
  if (matches.length > 1) throw new SqlError(`Column name ${second} is ambiguous`, position);
  const column = matches[0];
  if (column === undefined) throw new SqlError(`Name ${second} not found inside ${first}`, position);
  return { column: read(column), fields: names.slice(2) };
}

/** A table's name alone is its row as a STRUCT, also of a row that an outer join filled with NULLs. */
function wholeRow(variable: RangeVariable): Typed {
  const fields = variable.columns.map(({ name, type }) => ({ name, type }));
  const packed = variable.columns.map((column, index) => `f${index + 1} := ${column.sql}`).join(", ");
  return { sql: `struct_pack(${packed})`, type: { kind: "STRUCT", fields } };
}

function read(column: ScopeColumn): Typed {
  return { sql: column.sql, type: column.type };
}
