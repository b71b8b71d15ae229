/** Expectations: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { columnsOf } from "../wire/schema.ts";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

let harness: Harness;
const id = { project: "p", dataset: "d", table: "t" };

beforeEach(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE t (k INT64, s STRING(3), b BYTES(2), n NUMERIC(5, 2), w DECIMAL(3))");
});

afterEach(async () => harness.close());

const stored = async (): Promise<unknown> => harness.rows("SELECT s, b, n, w FROM t ORDER BY k");

async function stream(json: Record<string, unknown>): Promise<unknown> {
  const options = { skipInvalidRows: false, ignoreUnknownValues: false };
  const errors = await harness.inserts.insert(harness.catalog.table(id), [{ insertId: undefined, json }], options);
  return errors[0]?.errors[0]?.message ?? "stored";
}

describe("a column with a limit", () => {
  it("takes what fits: characters, bytes, and numbers rounded half away from zero", async () => {
    await harness.run(
      "INSERT t VALUES (1, 'äöü', b'ab', 123.455, 999.4), (2, '😀😀😀', b'', -0.005, -0.5), (3, NULL, NULL, NULL, NULL)",
    );
    expect(await stored()).toEqual([
      ["äöü", "YWI=", "123.46", "999"],
      ["😀😀😀", "", "-0.01", "-1"],
      [null, null, null, null],
    ]);
  });

  it.each([
    ["s", "'abcd'", "length 4"],
    ["b", "b'abc'", "length 3"],
    ["n", "NUMERIC '1000'", "1000"],
    ["n", "NUMERIC '999.995'", "1000"],
    ["w", "NUMERIC '999.5'", "1000"],
    ["w", "-1000", "1000"],
  ])("refuses %s = %s from every statement, and changes nothing", async (column, value, message) => {
    await harness.run("INSERT t (k, s) VALUES (1, 'abc')");
    const statements = [
      `INSERT t (${column}) VALUES (${value})`,
      `INSERT t (k, ${column}) SELECT 2, ${value}`,
      `UPDATE t SET ${column} = ${value} WHERE TRUE`,
      `MERGE t USING (SELECT 1 AS k) AS s ON t.k = s.k WHEN MATCHED THEN UPDATE SET ${column} = ${value}`,
      `MERGE t USING (SELECT 9 AS k) AS s ON t.k = s.k WHEN NOT MATCHED THEN INSERT (${column}) VALUES (${value})`,
    ];
    for (const sql of statements) expect(await harness.rows(sql)).toContain(message);
    expect(await stored()).toEqual([["abc", null, null, null]]);
  });

  it("holds for INSERT ROW, CREATE TABLE AS and ADD COLUMN", async () => {
    const source = "(SELECT 1 AS k, 'abcd' AS s, b'' AS b, NUMERIC '1' AS n, NUMERIC '1' AS w)";
    expect(await harness.rows(`MERGE t USING ${source} ON FALSE WHEN NOT MATCHED THEN INSERT ROW`)).toContain(
      "length 4",
    );
    expect(await harness.rows("CREATE TABLE u (s STRING(2)) AS SELECT 'abc'")).toContain("length 3");
    await harness.run("CREATE TABLE u (n NUMERIC(4, 1)) AS SELECT NUMERIC '2.25'");
    expect(await harness.rows("SELECT n FROM u")).toEqual([["2.3"]]);
    await harness.run("ALTER TABLE t ADD COLUMN x STRING(1)");
    expect(await harness.rows("INSERT t (x) VALUES ('ab')")).toContain("length 2");
    expect(await stream({ x: "ab" })).toContain("length 2");
    expect(await stream({ x: "a" })).toBe("stored");
  });

  it("holds for streamed rows, which are stored as they are or not at all", async () => {
    expect(await stream({ k: 1, s: "äöü", b: "YWI=", n: "-999.99", w: 999 })).toBe("stored");
    expect(await stream({ s: "abcd" })).toContain("length 4");
    expect(await stream({ s: "😀😀😀😀" })).toContain("length 4");
    expect(await stream({ b: "YWJj" })).toContain("length 3");
    expect(await stream({ n: "1000" })).toContain("out of range of NUMERIC(5, 2)");
    expect(await stream({ n: "0.005" })).toContain("more than 2 decimals");
    expect(await stored()).toEqual([["äöü", "YWI=", "-999.99", "999"]]);
  });

  it("is told by the schema, and not handed on by queries", async () => {
    const { schema } = harness.catalog.table(id).document;
    expect(schema.fields.slice(1)).toMatchObject([
      { type: "STRING", maxLength: "3" },
      { type: "BYTES", maxLength: "2" },
      { type: "NUMERIC", precision: "5", scale: "2" },
      { type: "NUMERIC", precision: "3" },
    ]);
    expect(await harness.rows("SELECT data_type FROM d.INFORMATION_SCHEMA.COLUMNS ORDER BY ordinal_position")).toEqual([
      ["INT64"],
      ["STRING(3)"],
      ["BYTES(2)"],
      ["NUMERIC(5, 2)"],
      ["NUMERIC(3)"],
    ]);
    await harness.run("CREATE TABLE u AS SELECT s FROM t");
    await harness.run("INSERT u VALUES ('longer')");
    expect(await harness.rows("SELECT s FROM u")).toEqual([["longer"]]);
  });
});

describe("parameters of a type", () => {
  it.each([
    "STRING(0)",
    "NUMERIC(0)",
    "NUMERIC(30)",
    "NUMERIC(5, 10)",
    "NUMERIC(2, 3)",
    "NUMERIC(1, 2, 3)",
    "STRING(1, 2)",
    "STRING(MAX)",
  ])("cannot be %s", async (type) => {
    expect(await harness.rows(`CREATE TABLE u (a ${type})`)).toMatch(/^!/);
    expect(harness.catalog.findTable({ ...id, table: "u" })).toBeUndefined();
  });

  it.each(["ARRAY<STRING(5)>", "STRUCT<a STRING(5)>", "INT64(5)", "BIGNUMERIC(5)"])(
    "are refused in %s",
    async (type) => {
      expect(await harness.rows(`CREATE TABLE u (a ${type})`)).toContain("refused");
    },
  );

  it("are refused in CAST", async () => {
    expect(await harness.rows("SELECT CAST('abc' AS STRING(2))")).toContain("refused");
  });

  it.each([
    { type: "STRING", maxLength: "0" },
    { type: "STRING", precision: "5" },
    { type: "NUMERIC", maxLength: "5" },
    { type: "NUMERIC", scale: "2" },
    { type: "NUMERIC", precision: "40", scale: "9" },
    { type: "INTEGER", precision: "5" },
    { type: "STRING", maxLength: "5", mode: "REPEATED" },
    { type: "RECORD", fields: [{ name: "b", type: "STRING", maxLength: "5" }] },
  ])("are refused in a schema as $type, $maxLength, $precision, $scale", (field) => {
    expect(() => columnsOf([{ name: "a", ...field }])).toThrow(/^Field a/);
  });
});
