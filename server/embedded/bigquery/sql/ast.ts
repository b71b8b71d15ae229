/** The syntax tree of the subset. Every node has the position of its first token. */
import type { Position } from "./position.ts";
import type { TypeLimit } from "./type-limits.ts";
import type { SqlType } from "./types.ts";

interface Node {
  position: Position;
}

export interface OrderItem extends Node {
  expression: Expression;
  descending: boolean;
  nulls: "FIRST" | "LAST" | undefined;
}

export interface WindowFrame extends Node {
  unit: "ROWS" | "RANGE";
  start: FrameBound;
  end: FrameBound | undefined;
}

export interface FrameBound extends Node {
  kind: "UNBOUNDED PRECEDING" | "PRECEDING" | "CURRENT ROW" | "FOLLOWING" | "UNBOUNDED FOLLOWING";
  rows: Expression | undefined;
}

export interface WindowSpecification extends Node {
  base: string | undefined;
  /** `OVER (name)`, unlike `OVER name`. */
  isInParentheses: boolean;
  partitionBy: Expression[];
  orderBy: OrderItem[];
  frame: WindowFrame | undefined;
}

export interface CallExpression extends Node {
  kind: "call";
  name: string;
  isSafe: boolean;
  isStar: boolean;
  isDistinct: boolean;
  args: Expression[];
  /** In `f(a, name => b)` the names of the last arguments, in lower case. */
  argumentNames: string[];
  nulls: "IGNORE" | "RESPECT" | undefined;
  /** Only the rows where an expression is greatest or least. */
  having: { isGreatest: boolean; expression: Expression } | undefined;
  orderBy: OrderItem[];
  limit: Expression | undefined;
  over: WindowSpecification | undefined;
}

export type LiteralType = "INT64" | "FLOAT64" | "NUMERIC" | "BOOL" | "STRING" | "BYTES" | "NULL";
export type TypedLiteralType = "DATE" | "DATETIME" | "TIME" | "TIMESTAMP" | "JSON";
export type ArrayAccess = "OFFSET" | "ORDINAL" | "SAFE_OFFSET" | "SAFE_ORDINAL";

export type Expression =
  | (Node & { kind: "literal"; type: LiteralType | TypedLiteralType; value: string })
  | (Node & { kind: "path"; names: string[] })
  | (Node & { kind: "field"; base: Expression; name: string })
  | (Node & { kind: "index"; base: Expression; access: ArrayAccess | undefined; index: Expression })
  | (Node & { kind: "parameter"; name: string })
  | (Node & { kind: "positional"; index: number })
  | (Node & { kind: "unary"; operator: "-" | "+" | "~" | "NOT"; operand: Expression })
  | (Node & { kind: "binary"; operator: string; left: Expression; right: Expression })
  | (Node & { kind: "is"; operand: Expression; test: "NULL" | "TRUE" | "FALSE"; isNegated: boolean })
  | (Node & { kind: "distinctFrom"; left: Expression; right: Expression; isNegated: boolean })
  | (Node & { kind: "between"; operand: Expression; low: Expression; high: Expression; isNegated: boolean })
  | (Node & { kind: "inList"; operand: Expression; items: Expression[]; isNegated: boolean })
  | (Node & { kind: "inQuery"; operand: Expression; query: Query; isNegated: boolean })
  | (Node & { kind: "inArray"; operand: Expression; array: Expression; isNegated: boolean })
  | (Node & { kind: "like"; operand: Expression; pattern: Expression; isNegated: boolean })
  | (Node & {
      kind: "likeAny";
      operand: Expression;
      quantifier: "ANY" | "ALL";
      /** Written out, or the array of UNNEST(array). */
      patterns: Expression[] | Expression;
      isNegated: boolean;
    })
  | (Node & {
      kind: "case";
      operand: Expression | undefined;
      branches: { when: Expression; result: Expression }[];
      otherwise: Expression | undefined;
    })
  | (Node & {
      kind: "cast";
      operand: Expression;
      type: SqlType;
      isSafe: boolean;
      format: Expression | undefined;
      /** FORMAT … AT TIME ZONE */
      zone: Expression | undefined;
    })
  | (Node & { kind: "extract"; part: string; from: Expression; zone: Expression | undefined })
  | (Node & {
      kind: "interval";
      value: Expression;
      unit: string;
      /** In `INTERVAL '1-2' YEAR TO MONTH`: the part behind TO. */
      lastUnit: string | undefined;
    })
  | (Node & { kind: "exists"; query: Query })
  | (Node & { kind: "subquery"; query: Query })
  | (Node & { kind: "arrayQuery"; query: Query })
  | (Node & { kind: "array"; element: SqlType | undefined; items: Expression[] })
  | (Node & {
      kind: "struct";
      type: SqlType | undefined;
      /** Written as (a, b): its fields have no names. */
      isTuple: boolean;
      fields: { name: string | undefined; value: Expression }[];
    })
  | CallExpression;

export interface Query extends Node {
  isRecursive: boolean;
  withs: { name: string; query: Query; position: Position }[];
  body: QueryBody;
  orderBy: OrderItem[];
  limit: Expression | undefined;
  offset: Expression | undefined;
}

export type QueryBody =
  | Select
  | SetOperation
  | (Node & { kind: "parenthesised"; query: Query })
  /** A query, or a FROM clause alone, and what it is piped through. */
  | (Node & { kind: "pipe"; input: FromItem | Query; operators: PipeOperator[] });

/** An aggregate or a key of the pipe operator AGGREGATE; with an order, the rows are ordered by it. */
export interface PipeAggregate extends Node {
  expression: Expression;
  alias: string | undefined;
  order: Pick<OrderItem, "descending" | "nulls"> | undefined;
}

export type PipeOperator =
  | (Node & { kind: "select" } & Pick<Select, "isDistinct" | "as" | "items" | "windows">)
  | (Node & { kind: "extend"; items: SelectItem[]; windows: Select["windows"] })
  | (Node & { kind: "set columns"; items: { name: string; expression: Expression; position: Position }[] })
  | (Node & { kind: "drop"; names: string[] })
  | (Node & { kind: "rename"; names: { from: string; to: string }[] })
  | (Node & { kind: "as"; alias: string })
  | (Node & { kind: "where"; condition: Expression })
  | (Node & { kind: "limit"; limit: Expression; offset: Expression | undefined })
  | (Node & { kind: "orderBy"; items: OrderItem[] })
  | (Node & { kind: "distinct" })
  | (Node & { kind: "aggregate"; aggregates: PipeAggregate[]; keys: PipeAggregate[] })
  | (Node & { kind: "join"; join: FromItem & { kind: "join" } })
  | (Node & { kind: "set"; queries: Query[] } & Pick<SetOperation, "operator" | "matching">)
  | (Node & { kind: "turn"; turn: FromItem & { kind: "pivot" | "unpivot" } });

/** How the columns of a set operation's queries meet. */
export type ColumnMatching =
  | { by: "POSITION" }
  | {
      by: "NAME";
      /** STRICT wants the same names everywhere; INNER keeps those that all have, LEFT the first query's, FULL all. */
      mode: "STRICT" | "INNER" | "LEFT" | "FULL";
      /** The list after ON or BY: what is kept, in that order. */
      columns: string[] | undefined;
    };

export interface SetOperation extends Node {
  kind: "set";
  operator: "UNION ALL" | "UNION DISTINCT" | "INTERSECT DISTINCT" | "EXCEPT DISTINCT";
  matching: ColumnMatching;
  branches: QueryBody[];
}

export type SelectItem =
  | (Node & { kind: "expression"; expression: Expression; alias: string | undefined })
  | (Node & {
      kind: "star";
      of: Expression | undefined;
      except: string[];
      replace: { expression: Expression; name: string }[];
    });

export interface GroupBy extends Node {
  /** KEYS are expressions over FROM and nothing else: neither numbers nor aliases of the select list. */
  form: "PLAIN" | "ALL" | "SETS" | "KEYS";
  items: Expression[];
  /** For GROUPING SETS, ROLLUP and CUBE: the keys of each set, as indexes of `items`. */
  sets: number[][];
}

export interface Select extends Node {
  kind: "select";
  isDistinct: boolean;
  /** SELECT AS STRUCT or AS VALUE: a row is one value. */
  as: "STRUCT" | "VALUE" | undefined;
  items: SelectItem[];
  from: FromItem | undefined;
  where: Expression | undefined;
  groupBy: GroupBy | undefined;
  having: Expression | undefined;
  qualify: Expression | undefined;
  windows: { name: string; specification: WindowSpecification }[];
}

export type JoinKind = "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";

export interface TablePath extends Node {
  /** Dot-separated parts, quotes removed: table, dataset.table or project.dataset.table. */
  parts: string[];
  /** As it stands there, a whole path where that is quoted: only a name of the query's own can make the path an array. */
  firstName: string;
}

export type FromItem =
  /** The table that a pipe brings. */
  | (Node & { kind: "piped" })
  | (Node & {
      kind: "table";
      path: TablePath;
      alias: string | undefined;
      offsetAlias: string | undefined;
      /** TABLESAMPLE SYSTEM: how many percent of the rows are read, about. */
      samplePercent: number | undefined;
    })
  | (Node & { kind: "derived"; query: Query; alias: string | undefined })
  | (Node & { kind: "unnest"; array: Expression; alias: string | undefined; offsetAlias: string | undefined })
  | (Node & {
      kind: "pivot";
      input: FromItem;
      aggregates: { call: Expression; alias: string | undefined }[];
      by: Expression;
      values: { expression: Expression; alias: string | undefined }[];
      alias: string | undefined;
    })
  | (Node & {
      kind: "unpivot";
      input: FromItem;
      keepsNulls: boolean;
      /** The new columns: of the values, and of the names of the columns they come from. */
      values: string[];
      name: string;
      groups: { columns: string[]; label: Expression | undefined; position: Position }[];
      alias: string | undefined;
    })
  | (Node & {
      kind: "join";
      join: JoinKind;
      left: FromItem;
      right: FromItem;
      on: Expression | undefined;
      using: string[] | undefined;
    });

export interface ColumnDefinition extends Node {
  name: string;
  type: SqlType;
  limit: TypeLimit | undefined;
  isRequired: boolean;
  description: string | undefined;
  defaultValue: DefaultValue | undefined;
}

export interface DefaultValue {
  text: string;
  expression: Expression;
}

export interface AddedColumn extends ColumnDefinition {
  isIfNotExists: boolean;
}

export interface DroppedColumn extends Node {
  name: string;
  isIfExists: boolean;
}

/** What ALTER changes. */
export type Alteration =
  | (Node & { kind: "setOptions"; options: TableOptions })
  | { kind: "addColumns"; columns: AddedColumn[] }
  | { kind: "dropColumns"; columns: DroppedColumn[] }
  | { kind: "dropNotNull"; column: DroppedColumn }
  | { kind: "setDefault"; column: DroppedColumn; value: DefaultValue }
  | { kind: "dropDefault"; column: DroppedColumn }
  | (Node & { kind: "renameTo"; name: string });

export type OptionValue = string | number | boolean | null | [string, string][];
export type Options = Record<string, OptionValue>;

export interface TableOptions {
  values: Options;
  /** A TIMESTAMP, constant for the statement: when the table or view is removed. */
  expiration: Expression | undefined;
}

export interface MergeClause extends Node {
  when: "MATCHED" | "NOT MATCHED BY TARGET" | "NOT MATCHED BY SOURCE";
  condition: Expression | undefined;
  action:
    | { kind: "UPDATE"; set: Assignment[] }
    | { kind: "DELETE" }
    | { kind: "INSERT"; columns: string[] | undefined; values: (Expression | "DEFAULT")[] | "ROW" };
}

export interface Assignment extends Node {
  /** A column, with the table's name before it or not, and the fields inside a STRUCT. */
  path: string[];
  value: Expression | "DEFAULT";
}

export type Statement =
  | (Node & { kind: "query"; query: Query })
  | (Node & {
      kind: "createTable";
      path: TablePath;
      isReplace: boolean;
      isIfNotExists: boolean;
      columns: ColumnDefinition[] | undefined;
      /** The table whose columns and other metadata it gets; with COPY and CLONE its rows, too. */
      like: TablePath | undefined;
      likeForm: "LIKE" | "COPY" | "CLONE";
      partitionBy: { text: string; expression: Expression } | undefined;
      clusterBy: string[];
      options: TableOptions;
      query: Query | undefined;
      primaryKey: string[] | undefined;
    })
  | (Node & {
      kind: "createView";
      path: TablePath;
      isReplace: boolean;
      isIfNotExists: boolean;
      columnNames: string[] | undefined;
      options: TableOptions;
      query: Query;
      queryText: string;
    })
  | (Node & { kind: "createSchema"; path: TablePath; isIfNotExists: boolean; options: Options })
  | (Node & {
      kind: "drop";
      what: "TABLE" | "VIEW" | "SCHEMA";
      path: TablePath;
      isIfExists: boolean;
      isCascade: boolean;
    })
  | (Node & {
      kind: "alter";
      what: "TABLE" | "VIEW";
      path: TablePath;
      isIfExists: boolean;
      alteration: Alteration;
    })
  | (Node & { kind: "truncate"; path: TablePath })
  | (Node & {
      kind: "insert";
      path: TablePath;
      columns: string[] | undefined;
      query: Query | undefined;
      rows: (Expression | "DEFAULT")[][];
    })
  | (Node & {
      kind: "update";
      path: TablePath;
      alias: string | undefined;
      set: Assignment[];
      from: FromItem | undefined;
      where: Expression;
    })
  | (Node & { kind: "delete"; path: TablePath; alias: string | undefined; where: Expression })
  | (Node & {
      kind: "merge";
      path: TablePath;
      alias: string | undefined;
      source: FromItem;
      on: Expression;
      clauses: MergeClause[];
    });
