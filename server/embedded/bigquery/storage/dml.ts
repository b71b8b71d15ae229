/**
 * INSERT, UPDATE, DELETE, TRUNCATE and MERGE inside a transaction.
 * BigQuery refuses what DuckDB would do silently: changing rows that were streamed recently, and two source rows for one
 * target row. https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import type { MergeStep, Plan, Target } from "../sql/plan.ts";
import { formatTimestamp } from "../wire/times.ts";
import { streamedColumn } from "./catalog.ts";
import { readRows } from "./database.ts";

export interface DmlCounts {
  inserted: number;
  updated: number;
  deleted: number;
}

export interface DmlOptions {
  /** Rows streamed after this moment (micros since the epoch) cannot be changed. */
  streamedAfter: bigint;
}

type DmlPlan = Plan & { kind: "INSERT" | "DELETE" | "TRUNCATE_TABLE" | "UPDATE" | "MERGE" };

const none: DmlCounts = { inserted: 0, updated: 0, deleted: 0 };

/** Runs the plan, whose placeholders are filled. */
export async function runDml(connection: DuckDBConnection, plan: DmlPlan, options: DmlOptions): Promise<DmlCounts> {
  switch (plan.kind) {
    case "INSERT": {
      const columns = plan.columns.map(quoteName).join(", ");
      const result = await connection.run(`INSERT INTO ${plan.target.sqlName} (${columns}) ${plan.sql}`);
      return { ...none, inserted: result.rowsChanged };
    }
    case "TRUNCATE_TABLE":
      return removeWhere(connection, plan.target, { alias: "d", where: "TRUE" }, options);
    case "DELETE":
      return removeWhere(connection, plan.target, plan, options);
    case "UPDATE":
      return update(connection, plan, options);
    default:
      return merge(connection, plan, options);
  }
}

function streamedSince(alias: string, options: DmlOptions): string {
  return `${alias}.${quoteName(streamedColumn)} > TIMESTAMP '${formatTimestamp(options.streamedAfter)}'`;
}

async function refuseIfAny(connection: DuckDBConnection, sql: string, message: string): Promise<void> {
  const rows = await readRows(connection, `${sql} LIMIT 1`);
  if (rows.length > 0) throw new BigQueryError("invalidQuery", message, { location: "query" });
}

function streamingMessage(statement: string, target: Target): string {
  const name = `${target.project}.${target.dataset}.${target.table}`;
  return `${statement} statement over table ${name} would affect rows in the streaming buffer, which is not supported`;
}

const severalMessage = "UPDATE/MERGE must match at most one source row for each target row";

async function removeWhere(
  connection: DuckDBConnection,
  target: Target,
  rows: { alias: string; where: string },
  options: DmlOptions,
): Promise<DmlCounts> {
  const from = `FROM ${target.sqlName} AS ${rows.alias} WHERE ${rows.where}`;
  const recent = `SELECT 1 ${from} AND ${streamedSince(rows.alias, options)}`;
  await refuseIfAny(connection, recent, streamingMessage("UPDATE or DELETE", target));
  const result = await connection.run(`DELETE ${from}`);
  return { ...none, deleted: result.rowsChanged };
}

/** A temporary table that lives as long as `work`. */
async function withTemporary<Result>(
  connection: DuckDBConnection,
  table: { name: string; sql: string },
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.run(`CREATE TEMP TABLE ${table.name} AS ${table.sql}`);
  // A failure rolls the transaction back, and the temporary table with it.
  const result = await work();
  await connection.run(`DROP TABLE ${table.name}`);
  return result;
}

async function update(
  connection: DuckDBConnection,
  plan: Plan & { kind: "UPDATE" },
  options: DmlOptions,
): Promise<DmlCounts> {
  const { target, columns } = plan;
  return withTemporary(connection, { name: "changed_rows", sql: plan.rows }, async () => {
    await refuseIfAny(connection, "SELECT rid FROM changed_rows GROUP BY rid HAVING count(*) > 1", severalMessage);
    await refuseIfAny(
      connection,
      `SELECT 1 FROM changed_rows AS r JOIN ${target.sqlName} AS t ON t.rowid = r.rid WHERE ${streamedSince("t", options)}`,
      streamingMessage("UPDATE or DELETE", target),
    );
    return { ...none, updated: await applyUpdate(connection, target, { columns, rows: "changed_rows" }) };
  });
}

async function applyUpdate(
  connection: DuckDBConnection,
  target: Target,
  change: { columns: string[]; rows: string },
): Promise<number> {
  const set = change.columns.map((column, index) => `${quoteName(column)} = r.v${index + 1}`).join(", ");
  const result = await connection.run(
    `UPDATE ${target.sqlName} AS t SET ${set} FROM ${change.rows} AS r WHERE t.rowid = r.rid`,
  );
  return result.rowsChanged;
}

async function merge(
  connection: DuckDBConnection,
  plan: Plan & { kind: "MERGE" },
  options: DmlOptions,
): Promise<DmlCounts> {
  return withTemporary(connection, { name: "merge_source", sql: plan.source }, async () => {
    const actions = `SELECT t.rowid AS rid, s.rowid AS sid, ${plan.choice} AS choice FROM merge_source AS ${plan.join}`;
    const chosen = `SELECT * FROM (${actions}) AS a WHERE a.choice IS NOT NULL`;
    return withTemporary(connection, { name: "merge_actions", sql: chosen }, async () => {
      const counted = await readRows(connection, "SELECT choice, count(*) FROM merge_actions GROUP BY choice");
      const rowsOf = new Map(counted.map(([choice, rows]) => [Number(choice), Number(rows)]));
      const steps = plan.steps.filter((step) => rowsOf.has(step.index));
      await checkMerge(connection, plan.target, steps, options);
      return applyMerge(connection, plan, { steps, rowsOf });
    });
  });
}

async function checkMerge(
  connection: DuckDBConnection,
  target: Target,
  steps: MergeStep[],
  options: DmlOptions,
): Promise<void> {
  const changing = steps.filter((step) => step.action !== "INSERT").map((step) => step.index);
  if (changing.length === 0) return;
  const rows = `merge_actions AS a WHERE a.choice IN (${changing.join(", ")})`;
  await refuseIfAny(connection, `SELECT a.rid FROM ${rows} GROUP BY a.rid HAVING count(*) > 1`, severalMessage);
  await refuseIfAny(
    connection,
    `SELECT 1 FROM ${target.sqlName} AS t WHERE ${streamedSince("t", options)} AND t.rowid IN (SELECT a.rid FROM ${rows})`,
    streamingMessage("UPDATE or DELETE", target),
  );
}

/**
 * All new values are computed before anything changes, so that every clause sees the table as it was. One insertion runs
 * first and computes its own meanwhile: it changes no row that is there.
 */
async function applyMerge(
  connection: DuckDBConnection,
  plan: Plan & { kind: "MERGE" },
  { steps, rowsOf }: { steps: MergeStep[]; rowsOf: Map<number, number> },
): Promise<DmlCounts> {
  const direct = steps.find((step) => step.action === "INSERT");
  const others = steps.filter((step) => step !== direct);
  const kept = others.filter((step) => step.action !== "DELETE");
  for (const step of kept) await connection.run(`CREATE TEMP TABLE ${stepTable(step)} AS ${stepRows(plan, step)}`);
  if (direct !== undefined) await applyStep(connection, plan, direct, `(${stepRows(plan, direct)})`);
  for (const step of others) await applyStep(connection, plan, step, stepTable(step));
  for (const step of kept) await connection.run(`DROP TABLE ${stepTable(step)}`);
  const sum = (action: MergeStep["action"]): number =>
    steps.reduce((rows, step) => rows + (step.action === action ? (rowsOf.get(step.index) ?? 0) : 0), 0);
  return { inserted: sum("INSERT"), updated: sum("UPDATE"), deleted: sum("DELETE") };
}

function stepTable(step: MergeStep): string {
  return `merge_step_${step.index}`;
}

function stepRows(plan: Plan & { kind: "MERGE" }, step: MergeStep): string {
  const values = step.values.map((value, index) => `${value} AS v${index + 1}`).join(", ");
  const target = step.action === "INSERT" ? "" : ` JOIN ${plan.target.sqlName} AS t ON t.rowid = a.rid`;
  // A row not matched by the source has no source row: its values see the target alone.
  const source = ` LEFT JOIN merge_source AS s ON s.rowid = a.sid`;
  return `SELECT a.rid, ${values} FROM merge_actions AS a${source}${target} WHERE a.choice = ${step.index}`;
}

/** `rows` is a table or subquery with the step's row ids and values. */
async function applyStep(
  connection: DuckDBConnection,
  plan: Plan & { kind: "MERGE" },
  step: MergeStep,
  rows: string,
): Promise<void> {
  const { sqlName } = plan.target;
  if (step.action === "DELETE") {
    const ids = `SELECT a.rid FROM merge_actions AS a WHERE a.choice = ${step.index}`;
    await connection.run(`DELETE FROM ${sqlName} AS t WHERE t.rowid IN (${ids})`);
  } else if (step.action === "UPDATE") {
    await applyUpdate(connection, plan.target, { columns: step.columns, rows });
  } else {
    const values = step.columns.map((_, index) => `v${index + 1}`).join(", ");
    await connection.run(
      `INSERT INTO ${sqlName} (${step.columns.map(quoteName).join(", ")}) SELECT ${values} FROM ${rows} AS r`,
    );
  }
}
