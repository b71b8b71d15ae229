import type { Alteration, OptionValue, Statement } from "./ast.ts";
import type { Column } from "./analyzer/scope.ts";
import type { TableColumn } from "./analyzer/context.ts";

export interface TableId {
  project: string;
  dataset: string;
  table: string;
}

/** A table that a statement writes to. */
export interface Target extends TableId {
  /** Quoted for DuckDB. */
  sqlName: string;
}

export interface MergeStep {
  index: number;
  action: "UPDATE" | "DELETE" | "INSERT";
  /** Columns written, and one expression over `t` (target) and `s` (source) for each. */
  columns: string[];
  values: string[];
}

/** What is to be run for a statement. All SQL may contain placeholders; see analyzer/context.ts. */
export type Plan =
  | { kind: "SELECT"; sql: string; columns: Column[] }
  | { kind: "INSERT"; target: Target; columns: string[]; sql: string }
  | { kind: "DELETE"; target: Target; alias: string; where: string }
  | { kind: "TRUNCATE_TABLE"; target: Target }
  /** `rows` gives the target's rowid as rid and the new values as v1, v2, … */
  | { kind: "UPDATE"; target: Target; columns: string[]; rows: string }
  /** `source` gives c1, c2, …; `join` joins `s` (source) with `t` (target); `choice` is the index of the clause to apply. */
  | { kind: "MERGE"; target: Target; source: string; join: string; choice: string; steps: MergeStep[] }
  | {
      kind: "CREATE_TABLE";
      id: TableId;
      statement: Statement & { kind: "createTable" };
      columns: TableColumn[];
      like: TableId | undefined;
      /** Gives when the table is to be removed. */
      expiration: string | undefined;
      /** For CREATE TABLE AS: gives c1, c2, … */
      sql: string | undefined;
    }
  | {
      kind: "CREATE_VIEW";
      id: TableId;
      statement: Statement & { kind: "createView" };
      query: string;
      expiration: string | undefined;
      columns: Column[];
    }
  | {
      kind: "ALTER_TABLE" | "ALTER_VIEW";
      id: TableId;
      isIfExists: boolean;
      alteration: Alteration;
      expiration: string | undefined;
    }
  | { kind: "CREATE_SCHEMA"; id: Omit<TableId, "table">; isIfNotExists: boolean; options: Record<string, OptionValue> }
  | { kind: "DROP_TABLE" | "DROP_VIEW"; id: TableId; isIfExists: boolean }
  | { kind: "DROP_SCHEMA"; id: Omit<TableId, "table">; isIfExists: boolean; isCascade: boolean };

export type StatementKind = Plan["kind"] | "CREATE_TABLE_AS_SELECT";

/** What BigQuery calls the statement. */
export function statementKind(plan: Plan): StatementKind {
  const isAsSelect = plan.kind === "CREATE_TABLE" && plan.sql !== undefined && plan.like === undefined;
  return isAsSelect ? "CREATE_TABLE_AS_SELECT" : plan.kind;
}
