import { expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";

const options = { skipInvalidRows: false, ignoreUnknownValues: false };

it("requests that wait together are stored together, and one that cannot be stored fails alone", async () => {
  const harness = await openHarness();
  try {
    await harness.run("CREATE TABLE t (id STRING NOT NULL)");
    const table = harness.catalog.table({ project: "p", dataset: "d", table: "t" });
    const insert = (id: string) => harness.inserts.insert(table, [{ insertId: id, json: { id } }], options);
    const stale = insert("a");
    // What a change of the schema leaves behind: rows that were read for other columns.
    table.columns = [...table.columns];
    const answers = await Promise.allSettled([stale, insert("b"), insert("b"), insert("c")]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(answers[0]).toMatchObject({ reason: { reason: "backendError", status: 503 } });
    expect(await harness.rows("SELECT id FROM t ORDER BY id")).toEqual([["b"], ["c"]]);
    // The client asks again, and nothing says that it was there before.
    expect(await insert("a")).toEqual([]);
    expect(await harness.rows("SELECT COUNT(*) FROM t")).toEqual([["3"]]);
  } finally {
    await harness.close();
  }
});
