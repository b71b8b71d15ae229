import { expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";

const options = { skipInvalidRows: false, ignoreUnknownValues: false };

it("requests that wait together are stored together, and one that cannot be stored fails alone", async () => {
  const harness = await openHarness();
  try {
    await harness.run("CREATE TABLE t (id STRING NOT NULL)");
    const table = harness.catalog.table({ project: "p", dataset: "d", table: "t" });
    const insert = (insertId: string, id: string | null = insertId) =>
      harness.inserts.insert(table, [{ insertId, json: { id } }], options);
    // DuckDB refuses what was let through.
    table.columns = table.columns.map((column) => ({ ...column, isRequired: false }));
    const answers = await Promise.allSettled([insert("a", null), insert("b"), insert("b"), insert("c")]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(await harness.rows("SELECT id FROM t ORDER BY id")).toEqual([["b"], ["c"]]);
    // The client asks again, and nothing says that it was there before.
    expect(await insert("a")).toEqual([]);
    expect(await harness.rows("SELECT COUNT(*) FROM t")).toEqual([["3"]]);
  } finally {
    await harness.close();
  }
});

it("a request whose table was altered before its commit begins anew, with the new columns", async () => {
  const harness = await openHarness();
  try {
    await harness.run("CREATE TABLE t (id STRING)");
    const table = harness.catalog.table({ project: "p", dataset: "d", table: "t" });
    const insert = (id: string, json: Record<string, unknown> = { id }) =>
      harness.inserts.insert(table, [{ insertId: id, json }], { ...options, ignoreUnknownValues: true });
    const altering = harness.run("ALTER TABLE t ADD COLUMN n INT64");
    const inserting = [insert("a", { id: "a", n: 1 }), insert("b"), insert("a", { id: "a", n: 1 })];
    await altering;
    expect(await Promise.all(inserting)).toEqual([[], [], []]);
    expect(await insert("c", { id: "c", n: 3 })).toEqual([]);
    expect(await harness.rows("SELECT id FROM t ORDER BY id")).toEqual([["a"], ["b"], ["c"]]);
    const stale = insert("d");
    table.columns = [...table.columns];
    expect(await stale).toEqual([]);
    expect(await harness.rows("SELECT id, n FROM t WHERE id IN ('c', 'd') ORDER BY id")).toEqual([
      ["c", "3"],
      ["d", null],
    ]);
  } finally {
    await harness.close();
  }
});

it("takes JSON as text, keeps it as a value, and refuses a row whose text is not JSON", async () => {
  const harness = await openHarness();
  try {
    await harness.run("CREATE TABLE t (id INT64, j JSON)");
    await harness.run(`INSERT INTO t VALUES (1, JSON '{"b": 1, "a": [2.50]}'), (2, NULL)`);
    const table = harness.catalog.table({ project: "p", dataset: "d", table: "t" });
    const insert = (j: unknown) =>
      harness.inserts.insert(table, [{ insertId: undefined, json: { id: 3, j } }], options);
    expect(await insert('{"z": 1, "a": {}}')).toEqual([]);
    expect(await insert("{bad")).toMatchObject([{ errors: [{ reason: "invalid", location: "j" }] }]);
    expect(await insert({ a: 1 })).toMatchObject([{ errors: [{ reason: "invalid", location: "j" }] }]);
    expect(await harness.rows("SELECT id, j, JSON_VALUE(j.a[0]) FROM t ORDER BY id")).toEqual([
      ["1", '{"a":[2.5],"b":1}', "2.5"],
      ["2", null, null],
      ["3", '{"a":{},"z":1}', null],
    ]);
  } finally {
    await harness.close();
  }
});
