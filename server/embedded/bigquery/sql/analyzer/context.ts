import type { Expression, Query, WindowSpecification } from "../ast.ts";
import type { TypeLimit } from "../type-limits.ts";
import type { SqlType } from "../types.ts";
import type { CommonTable, Relation, Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";

export interface TableColumn {
  name: string;
  type: SqlType;
  isRequired: boolean;
  /** Absent or empty where nothing inside is REQUIRED. */
  requiredInside?: readonly RequiredField[];
  limit?: TypeLimit | undefined;
  /** The expression of its default value, as it was written. */
  defaultText?: string | undefined;
}

/** A field of a RECORD that is REQUIRED, or has such fields inside. */
export interface RequiredField {
  name: string;
  isRequired: boolean;
  inside: readonly RequiredField[];
}

/** What the analyzer must know of a table or view. */
export type TableInfo =
  | { kind: "table"; columns: TableColumn[]; sqlName: string; isWritable: boolean }
  | { kind: "view"; query: string; columnNames: string[] | undefined; project: string };

export interface Parameter {
  name: string | undefined;
  type: SqlType;
}

export interface Environment {
  /** The project and dataset that incomplete table names are completed with. */
  project: string;
  dataset: string | undefined;
  /** Throws BigQueryError notFound. */
  findTable(path: { project: string; dataset: string; table: string }): TableInfo;
  /** SQL of an INFORMATION_SCHEMA view; undefined when there is none of that name. */
  informationSchema(path: { project: string; dataset: string | undefined; view: string }): Relation | undefined;
  parameters: Parameter[];
}

/** State of one translation. */
export interface Context {
  environment: Environment;
  /** The text being read: a view's own text while inside the view. */
  counter: { value: number };
  viewDepth: number;
  commonTables: CommonTable[];
  /** Aggregate and window calls over random values, as SQL: DuckDB computes equal ones once. */
  randomCalls: Set<string>;
  analyzeQuery(context: Context, query: Query, parent: Scope | undefined): Relation;
  /** SQL of a column's default value. */
  defaultSql(column: TableColumn): string;
}

export interface ComputedKey {
  typed: Typed;
  /** Named by the alias or the number of a select item: the same expression is this key in every select item. */
  isSelected: boolean;
}

/** Where an expression stands, and so what it may contain. */
export interface Place {
  context: Context;
  scope: Scope;
  /** Undefined where aggregates may not stand; the text names the clause for the message. */
  aggregates: "allowed" | { forbiddenIn: string };
  windows: "allowed" | { forbiddenIn: string };
  /** Group keys by their SQL when the query is grouped. */
  groupKeys: Set<string> | undefined;
  /** Of grouping sets: the keys that are no columns of FROM, by the SQL that computes them. */
  computedKeys?: Map<string, ComputedKey>;
  /** Names of the select list, where the clause sees them: they hide columns of FROM. */
  aliases: Map<string, Typed[]> | undefined;
  namedWindows: Map<string, WindowSpecification>;
  /** In ORDER BY after SELECT DISTINCT: the selected expressions by their SQL, as columns of the result. */
  outputs?: Map<string, Typed>;
}

export type Analyze = (place: Place, expression: Expression) => Typed;

export function newAlias(context: Context, prefix: string): string {
  context.counter.value += 1;
  return `${prefix}${context.counter.value}`;
}

/** Stands in the generated SQL until the values are known, so that a translation can be used again. */
export function placeholder(kind: "parameter" | "now", name = "", type = ""): string {
  return `\u0001${kind}:${name}:${type}\u0001`;
}
