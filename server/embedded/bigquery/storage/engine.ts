/** Runs GoogleSQL statements: translates, fills in the values, and runs the plan in DuckDB. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { BigQueryError } from "../errors.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import { translate } from "../sql/analyzer/statements.ts";
import type { Column } from "../sql/analyzer/scope.ts";
import { statementKind } from "../sql/plan.ts";
import type { Plan, StatementKind, TableId } from "../sql/plan.ts";
import { typeName } from "../sql/types.ts";
import type { WireRow } from "../wire/encode.ts";
import type { Catalog, Table } from "./catalog.ts";
import type { Database } from "./database.ts";
import { runDefinition } from "./definitions.ts";
import type { DefinitionContext } from "./definition-parts.ts";
import { storeAnswer } from "./destinations.ts";
import type { Destination } from "./destinations.ts";
import { runDml } from "./dml.ts";
import type { DmlCounts } from "./dml.ts";
import { statementEnvironment } from "./environment.ts";
import type { StatementScope } from "./environment.ts";
import { isConflict, statementError } from "./failures.ts";
import { Locks } from "./locks.ts";
import { fillPlaceholders } from "./placeholders.ts";
import type { QueryParameter } from "./placeholders.ts";
import { Selects } from "./selects.ts";
import type { SelectPlan } from "./selects.ts";

export interface StatementRequest extends StatementScope {
  sql: string;
  /** Where a query's rows are stored; undefined: they are only answered. */
  destination?: Destination | undefined;
}

export interface StatementResult {
  kind: StatementKind;
  columns: Column[];
  rows: WireRow[];
  counts: DmlCounts | undefined;
  /** What a definition did, and to what. */
  definition: { operation: string; target: Partial<TableId> } | undefined;
}

/** Runs inside the transaction of a statement that changes something, so that both are committed or neither. */
export type InTransaction = (connection: DuckDBConnection, result: StatementResult) => Promise<void>;

const limits = {
  translationsMax: 500,
  conflictRetries: 20,
  /** https://cloud.google.com/bigquery/quotas#query_jobs */
  statementLengthMax: 1024 * 1024,
} as const;

export interface EngineOptions {
  clock: { now(): number };
  streamingBufferMs: number;
  /** By a table's generation; who holds one is alone in appending streamed rows. */
  appendLocks: Locks;
}

export class Engine {
  private readonly database: Database;
  private readonly catalog: Catalog;
  private readonly options: EngineOptions;
  private readonly translations = new Map<string, Plan>();
  private readonly locks = new Locks();
  private readonly selects: Selects;

  constructor(database: Database, catalog: Catalog, options: EngineOptions) {
    this.database = database;
    this.selects = new Selects(database);
    this.catalog = catalog;
    this.options = options;
  }

  /** The plan of a statement without running it. Throws BigQueryError. */
  plan(request: StatementRequest): Plan {
    const { sql, project, defaultDataset, parameters } = request;
    if (sql.length > limits.statementLengthMax) {
      throw new BigQueryError(
        "invalid",
        `The query is too large. The maximum length is ${limits.statementLengthMax} characters`,
      );
    }
    const types = parameters.map((parameter) => `${parameter.name ?? "?"}:${typeName(parameter.type)}`);
    const key = JSON.stringify([sql, project, defaultDataset, types, this.catalog.version]);
    const known = this.translations.get(key);
    if (known !== undefined) return known;
    let plan: Plan;
    try {
      plan = translate(sql, statementEnvironment(this.catalog, request));
    } catch (error) {
      throw statementError(error, sql);
    }
    if (this.translations.size >= limits.translationsMax) {
      const [oldest] = this.translations.keys();
      if (oldest !== undefined) this.translations.delete(oldest);
    }
    this.translations.set(key, plan);
    return plan;
  }

  /** Runs a statement. Throws BigQueryError. */
  async run(request: StatementRequest, inTransaction: InTransaction = async () => undefined): Promise<StatementResult> {
    await this.removeExpired();
    const plan = this.plan(request);
    const { version } = this.catalog;
    try {
      if (request.destination !== undefined) return await this.store(request, request.destination, inTransaction);
      if (plan.kind === "SELECT") return await this.select(this.fill(plan, request.parameters), plan);
      const filled = this.fill(plan, request.parameters);
      return await this.inTurn(filled, async () => {
        // A definition may have had its turn meanwhile.
        const current = this.catalog.version === version ? filled : this.fill(this.plan(request), request.parameters);
        if (current.kind === "SELECT") throw new Error("a statement keeps its kind");
        return this.change(current, inTransaction);
      });
    } catch (error) {
      throw statementError(error, request.sql);
    }
  }

  /** A change of the catalog by the REST API, in one transaction; `work` gives what to do after the commit. */
  async define(work: (connection: DuckDBConnection) => Promise<() => void>): Promise<void> {
    await this.locks.run("definitions", async () => {
      const apply = await this.database.transaction("write", work);
      apply();
    });
  }

  /** As `define`, of one table, which nobody else changes or appends to meanwhile. */
  async defineTable(id: TableId, work: (context: DefinitionContext) => Promise<() => void>): Promise<void> {
    try {
      await this.alone(id, async () => this.retried(async () => this.inTransaction(work)));
    } catch (error) {
      throw statementError(error, "");
    }
  }

  /**
   * Removes the tables and views whose time has come. Called before every request and statement, so that none is seen
   * after its time; while nobody asks, nothing is removed.
   */
  async removeExpired(): Promise<void> {
    if (this.catalog.nextExpirationMs > this.options.clock.now()) return;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.define(async (connection) => this.catalog.dropExpired(connection, this.options.clock.now()));
        return;
      } catch (error) {
        if (!isConflict(error) || attempt >= limits.conflictRetries) throw statementError(error, "");
      }
    }
  }

  /** Work on one table in a transaction, while no other statement changes it. */
  async exclusively(table: Table, work: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    try {
      await this.locks.run(table.sqlName, async () => this.database.transaction("write", work));
    } catch (error) {
      throw statementError(error, "");
    }
  }

  async countRows(table: Table): Promise<number> {
    const result = await this.database.query(`SELECT count(*) FROM ${table.sqlName}`);
    return Number(result.getChunk(0).getRows()[0]?.[0] ?? 0);
  }

  /** Rows in the order they were stored. */
  async listRows(table: Table, page: { start: number; most: number }): Promise<{ rows: WireRow[]; totalRows: number }> {
    const names = table.columns.map((column) => quoteName(column.name)).join(", ");
    const sql = `SELECT ${names} FROM ${table.sqlName} ORDER BY rowid LIMIT ${page.most} OFFSET ${page.start}`;
    const totalRows = await this.countRows(table);
    if (table.columns.length === 0) return { rows: [], totalRows };
    const plan: SelectPlan = { kind: "SELECT", sql, columns: table.columns };
    return { rows: await this.selects.run(plan, plan), totalRows };
  }

  private fill<Filled extends Plan>(plan: Filled, parameters: QueryParameter[]): Filled {
    // A view's text is the user's, and has no placeholders of ours.
    const execution = { parameters, nowMicros: BigInt(this.options.clock.now()) * 1000n };
    if (plan.kind === "CREATE_VIEW") {
      const { expiration } = plan;
      return expiration === undefined ? plan : { ...plan, expiration: fillPlaceholders(expiration, execution) };
    }
    const fillIn = (value: unknown): unknown => {
      if (typeof value === "string") return value.includes("\u0001") ? fillPlaceholders(value, execution) : value;
      return value;
    };
    const steps = (plan.kind === "MERGE" ? plan.steps : []).map((step) => {
      return { ...step, values: step.values.map((value) => fillPlaceholders(value, execution)) };
    });
    const filled = Object.fromEntries(Object.entries(plan).map(([name, value]) => [name, fillIn(value)]));
    return (plan.kind === "MERGE" ? { ...filled, steps } : filled) as Filled;
  }

  private async select(plan: SelectPlan, translation: SelectPlan): Promise<StatementResult> {
    const rows = await this.selects.run(plan, translation);
    return { kind: "SELECT", columns: plan.columns, rows, counts: undefined, definition: undefined };
  }

  /**
   * Statements that change one table run one after another; definitions all do, and ALTER is both. Nothing may be appended
   * meanwhile: DuckDB keeps rows of an append that conflicts with an ALTER, and says that it failed.
   */
  private async inTurn<Result>(plan: Exclude<Plan, { kind: "SELECT" }>, work: () => Promise<Result>): Promise<Result> {
    if (isDml(plan)) return this.locks.run(plan.target.sqlName, work);
    const isAlter = plan.kind === "ALTER_TABLE" || plan.kind === "ALTER_VIEW";
    return isAlter ? this.alone(plan.id, work) : this.locks.run("definitions", work);
  }

  /** While nothing else is defined, and nothing changes the table or appends to it, if it is there. */
  private async alone<Result>(id: TableId, work: () => Promise<Result>): Promise<Result> {
    return this.locks.run("definitions", async () => {
      const table = this.catalog.findTable(id);
      if (table === undefined) return work();
      const { appendLocks } = this.options;
      return this.locks.run(table.sqlName, async () => appendLocks.run(table.document.generation, work));
    });
  }

  /** A query whose rows go into a table. */
  private async store(
    request: StatementRequest,
    destination: Destination,
    inTransaction: InTransaction,
  ): Promise<StatementResult> {
    return this.alone(destination.id, async () => {
      const plan = this.plan(request);
      if (plan.kind !== "SELECT")
        throw new BigQueryError("invalidQuery", "Cannot set destination table in jobs with DDL or DML statements");
      const filled = this.fill(plan, request.parameters);
      const result: StatementResult = { ...emptyResult, kind: "SELECT", columns: plan.columns };
      await this.retried(async () =>
        this.inTransaction(async (context) => {
          const { rows, apply } = await storeAnswer(context, filled, destination);
          result.rows = rows;
          await inTransaction(context.connection, result);
          return apply;
        }),
      );
      return result;
    });
  }

  private async change(
    plan: Exclude<Plan, { kind: "SELECT" }>,
    inTransaction: InTransaction,
  ): Promise<StatementResult> {
    return this.retried(async () => this.changeOnce(plan, inTransaction));
  }

  /** Again after a conflict with another transaction. */
  private async retried<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isConflict(error) || attempt >= limits.conflictRetries) throw error;
      }
    }
  }

  private async changeOnce(
    plan: Exclude<Plan, { kind: "SELECT" }>,
    inTransaction: InTransaction,
  ): Promise<StatementResult> {
    const result: StatementResult = { ...emptyResult, kind: statementKind(plan) };
    await this.inTransaction(async (context) => {
      let afterCommit = nothing;
      if (isDml(plan)) {
        result.counts = await runDml(context.connection, plan, context);
      } else {
        const definition = await runDefinition(context, plan);
        result.definition = { operation: definition.operation, target: plan.id };
        afterCommit = definition.apply;
      }
      await inTransaction(context.connection, result);
      return afterCommit;
    });
    return result;
  }

  /** `work` gives what to do after the commit. */
  private async inTransaction(work: (context: DefinitionContext) => Promise<() => void>): Promise<void> {
    const { catalog, options } = this;
    const nowMs = options.clock.now();
    const streamedAfter = BigInt(nowMs - options.streamingBufferMs) * 1000n;
    const apply = await this.database.transaction("write", async (connection) =>
      work({ connection, catalog, nowMs, streamedAfter }),
    );
    apply();
  }
}

const emptyResult = { columns: [], rows: [], counts: undefined, definition: undefined };

const nothing = (): void => undefined;

type DmlPlan = Plan & { kind: "INSERT" | "DELETE" | "TRUNCATE_TABLE" | "UPDATE" | "MERGE" };

function isDml(plan: Plan): plan is DmlPlan {
  return ["INSERT", "DELETE", "TRUNCATE_TABLE", "UPDATE", "MERGE"].includes(plan.kind);
}
