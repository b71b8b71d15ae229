/** The database's snapshots, and its end while statements run. */
import { expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import { temporaryDirectory } from "../testing/server-process.ts";
import { Database } from "./database.ts";

const slow = `SELECT COUNTIF(FORMAT('%010d', x) = REVERSE(CAST(x AS STRING))) FROM UNNEST(GENERATE_ARRAY(1, 1000)), UNNEST(GENERATE_ARRAY(1, 5000)) AS x`;

it("ends a statement that is inside a routine, and what waits behind it, with an error", async () => {
  const harness = await openHarness();
  const statements = Array.from({ length: 4 }, async () => harness.rows(slow).catch(String));
  // Until the routines run: they have this thread then, and turns of it come between their calls.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await harness.close();
  expect(await Promise.all(statements)).toEqual(statements.map(() => "!the server is closing"));
  expect(await harness.rows("SELECT 1").catch(String)).toBe("!the server is closing");
});

it("shows every query what was committed before it, whichever connection it gets", async () => {
  const harness = await openHarness();
  await harness.run("CREATE TABLE t (n INT64)");
  const seen: unknown[] = [];
  for (let rows = 1; rows <= 10; rows += 1) {
    await harness.run(`INSERT INTO t (n) VALUES (${rows})`);
    const [first, second, third] = await Promise.all([1, 2, 3].map(async () => harness.rows("SELECT COUNT(*) FROM t")));
    // A statement that fails leaves its connection as good as any other.
    await harness.rows("SELECT ERROR(CAST(n AS STRING)) FROM t");
    seen.push([first, second, third].map((answer) => Number(answer?.[0]?.[0])));
  }
  expect(seen).toEqual(seen.map((_, index) => [index + 1, index + 1, index + 1]));
  await harness.close();
});

it("answers a query of one moment, however long it waits between planning and running", async () => {
  const directory = temporaryDirectory();
  const database = await Database.open(directory.path);
  const write = async (sql: string): Promise<unknown> =>
    database.transaction("write", async (connection) => connection.run(sql));
  await write("CREATE TABLE t (n INTEGER)");
  await write("INSERT INTO t VALUES (1)");
  const counts = await database.read(async (connection) => {
    const prepared = await connection.prepare("SELECT count(*) FROM t");
    await write("INSERT INTO t VALUES (2)");
    const answers = [(await prepared.runAndReadAll()).getRows()[0]?.[0]];
    prepared.destroySync();
    await write("INSERT INTO t VALUES (3)");
    answers.push((await connection.runAndReadAll("SELECT count(*) FROM t")).getRows()[0]?.[0]);
    return answers;
  });
  expect(counts).toEqual([1n, 1n]);
  await database.close();
  directory.remove();
});
