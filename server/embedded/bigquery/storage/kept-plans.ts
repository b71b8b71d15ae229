import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBPreparedStatement } from "@duckdb/node-api";

/** Statements whose plans one connection keeps; the one that was planned first goes first. */
const plansMax = 20;

interface KeptPlan {
  moment: number;
  /** Undefined: asked once. Most statements are not asked again, and planning ahead of running costs a call more. */
  statement: DuckDBPreparedStatement | undefined;
}

/** What is asked of a connection here. */
export type PlanningConnection = Pick<DuckDBConnection, "prepare" | "run">;

/**
 * Plans that are used again as long as nothing is written. DuckDB makes a plan from what a column holds at that time (its
 * minimum and maximum, say), so a plan that is older than a row is wrong for it; where no write began between the making
 * of a plan and the end of its run, both saw the same rows. Planning is more than half of what a small answer costs.
 */
export class KeptPlans {
  private readonly moment: () => number | undefined;
  private readonly plans = new WeakMap<PlanningConnection, Map<string, KeptPlan>>();

  /** `moment`: undefined while something is written, and another number after each write. */
  constructor(moment: () => number | undefined) {
    this.moment = moment;
  }

  /** The whole answer of a statement, planned and run over the same rows. */
  async run(connection: PlanningConnection, sql: string): Promise<DuckDBMaterializedResult> {
    const before = this.moment();
    const planned = before === undefined ? undefined : await this.planned(connection, sql, before);
    if (planned !== undefined) {
      const result = await planned.run();
      if (this.moment() === before) return result;
    }
    // As one text DuckDB plans and runs it in one transaction of its own.
    return connection.run(sql);
  }

  private async planned(
    connection: PlanningConnection,
    sql: string,
    moment: number,
  ): Promise<DuckDBPreparedStatement | undefined> {
    const plans = this.plans.get(connection) ?? new Map<string, KeptPlan>();
    this.plans.set(connection, plans);
    const known = plans.get(sql);
    if (known?.moment === moment && known.statement !== undefined) return known.statement;
    forget(plans, sql);
    const statement = known?.moment === moment ? await connection.prepare(sql) : undefined;
    plans.set(sql, { moment, statement });
    const [oldest] = plans.keys();
    if (plans.size > plansMax && oldest !== undefined) forget(plans, oldest);
    return statement;
  }
}

function forget(plans: Map<string, KeptPlan>, sql: string): void {
  plans.get(sql)?.statement?.destroySync();
  plans.delete(sql);
}
