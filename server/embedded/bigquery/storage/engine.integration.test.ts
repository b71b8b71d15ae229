/** Whose turn it is: statements that change one table, and ALTER of it, wait for each other. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

const rows = 20_000;
let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE t (n INT64, s STRING)");
  await harness.run(`INSERT t (n, s) SELECT x, 'old' FROM UNNEST(GENERATE_ARRAY(1, ${rows})) AS x`);
});

afterEach(async () => harness.close());

/** True for every row, and slow: FORMAT calls into this thread. */
const slow = (n: string): string => `FORMAT('%010d', ${n}) != FORMAT('%011d', ${n})`;
const copies = `(SELECT n + ${rows} AS n FROM t WHERE ${slow("n")})`;

const changes: [kind: string, sql: string, after: { total: number; changed: number }][] = [
  ["INSERT", `INSERT t (n, s) SELECT n, 'new' FROM ${copies}`, { total: 2 * rows, changed: rows }],
  ["UPDATE", `UPDATE t SET s = 'new' WHERE ${slow("n")}`, { total: rows, changed: rows }],
  ["DELETE", `DELETE t WHERE n > 100 AND ${slow("n")}`, { total: 100, changed: 0 }],
  [
    "MERGE",
    `MERGE t USING ${copies} AS s ON t.n = s.n WHEN NOT MATCHED THEN INSERT (n, s) VALUES (s.n, 'new')`,
    { total: 2 * rows, changed: rows },
  ],
];

async function counted(): Promise<unknown> {
  const answer = await harness.rows("SELECT COUNT(*), COUNTIF(s = 'new'), COUNTIF(added IS NULL) FROM t");
  return answer[0];
}

it.each(changes)("ALTER waits for a running %s, which does its work once", async (kind, sql, { total, changed }) => {
  const order: string[] = [];
  const ended = async (name: string, statement: Promise<unknown>): Promise<void> => {
    await statement;
    order.push(name);
  };
  const change = ended(kind, harness.run(sql));
  const alter = ended("ALTER", harness.run("ALTER TABLE t ADD COLUMN added STRING"));
  await Promise.all([change, alter]);
  expect(order).toEqual([kind, "ALTER"]);
  expect(await counted()).toEqual([total, changed, total].map(String));
});

it("a change that waits for an ALTER is made for the columns that the table has then", async () => {
  const first = harness.run(`UPDATE t SET s = 'new' WHERE ${slow("n")}`);
  const alter = harness.run("ALTER TABLE t ADD COLUMN added STRING");
  // A turn of this thread, so that the ALTER has taken its place behind the UPDATE.
  await new Promise((resolve) => setImmediate(resolve));
  const second = harness.rows("INSERT t SELECT n, 'new' FROM t WHERE n <= 10");
  await Promise.all([first, alter]);
  expect(await second).toContain("!Inserted row has wrong column count; Has 2, expected 3");
  expect(await counted()).toEqual([rows, rows, rows].map(String));
});
