/** The rows of a query, kept while the table that they are for is replaced: the query may read that table. */
import type { DuckDBConnection } from "@duckdb/node-api";

const keptTable = "temp.main.kept_answer";

/** Runs `work`, in the transaction of `connection`, with a query that gives the rows of `sql`. */
export async function withKeptAnswer<Result>(
  connection: DuckDBConnection,
  sql: string,
  work: (kept: string) => Promise<Result>,
): Promise<Result> {
  await connection.run(`CREATE TEMP TABLE ${keptTable} AS ${sql}`);
  const result = await work(`SELECT * FROM ${keptTable} ORDER BY rowid`);
  // After an error the transaction takes it away.
  await connection.run(`DROP TABLE ${keptTable}`);
  return result;
}
