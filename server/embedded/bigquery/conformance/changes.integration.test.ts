/** Expectations: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax and data-definition-language */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness, Plain } from "../testing/harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
  await harness.run("CREATE TABLE stock (item STRING NOT NULL, amount INT64, price NUMERIC, tags ARRAY<STRING>)");
  await harness.run("INSERT stock (item, amount) VALUES ('kale', 1), ('leek', 2), ('beet', NULL)");
});

afterEach(async () => harness.close());

async function stock(): Promise<Plain[][] | string> {
  return harness.rows("SELECT item, amount FROM stock ORDER BY item, amount");
}

/** Inserted, updated and deleted rows; or the error. */
async function change(sql: string): Promise<string> {
  const failure = await harness.rows(sql);
  return typeof failure === "string" ? failure : "done";
}

async function counts(sql: string): Promise<unknown> {
  return (await harness.run(sql)).counts;
}

describe("INSERT", () => {
  it("fills columns by position or by name, and the others with NULL", async () => {
    expect(await counts("INSERT INTO stock (amount, item) SELECT 5, 'plum' UNION ALL SELECT 6, 'pear'")).toEqual({
      inserted: 2,
      updated: 0,
      deleted: 0,
    });
    expect(await harness.rows("SELECT * FROM stock WHERE item = 'plum'")).toEqual([["plum", "5", null, []]]);
  });

  it("converts INT64 to NUMERIC and refuses what has no implicit conversion", async () => {
    await harness.run("INSERT stock (item, price) VALUES ('fig', 3)");
    expect(await harness.rows("SELECT price FROM stock WHERE item = 'fig'")).toEqual([["3"]]);
    expect(await change("INSERT stock (item, amount) VALUES ('fig', 1.5)")).toContain(
      "FLOAT64 cannot be used where INT64",
    );
    expect(await change("INSERT stock (item, amount) SELECT 'fig', '5'")).toContain(
      "STRING cannot be used where INT64",
    );
  });

  it("enforces NOT NULL and takes all rows or none", async () => {
    expect(await change("INSERT stock (item, amount) VALUES ('fig', 1), (NULL, 2)")).toBe(
      "!Required field item cannot be null",
    );
    expect(await change("INSERT stock (amount) VALUES (1)")).toContain("Required column item");
    expect(await change("INSERT stock (item, amount) VALUES ('fig', 1), ('date', DIV(1, 0))")).toContain(
      "division by zero",
    );
    expect(await stock()).toHaveLength(3);
  });

  it("refuses a wrong number of values, unknown columns and columns named twice", async () => {
    expect(await change("INSERT stock (item, amount) VALUES ('a')")).toContain("wrong column count");
    expect(await change("INSERT stock (item, colour) VALUES ('a', 'b')")).toContain("Column colour is not present");
    expect(await change("INSERT stock (item, ITEM) VALUES ('a', 'b')")).toContain("twice");
  });
});

describe("UPDATE and DELETE", () => {
  it("need a WHERE clause", async () => {
    expect(await change("UPDATE stock SET amount = 1")).toContain("UPDATE must have a WHERE clause");
    expect(await change("DELETE FROM stock")).toContain("DELETE must have a WHERE clause");
  });

  it("compute all new values from the row as it was", async () => {
    await harness.run("CREATE TABLE pair AS SELECT 1 AS a, 2 AS b");
    expect(await counts("UPDATE pair SET a = b, b = a WHERE TRUE")).toEqual({ inserted: 0, updated: 1, deleted: 0 });
    expect(await harness.rows("SELECT a, b FROM pair")).toEqual([["2", "1"]]);
  });

  it("set fields of a STRUCT, and tell them from columns after the table's name", async () => {
    await harness.run("CREATE TABLE shelf AS SELECT STRUCT(1 AS a, STRUCT('x' AS c, 5 AS d) AS b) AS s, 'old' AS a");
    await harness.run("UPDATE shelf SET s.a = 7, s.b.c = 'y', shelf.a = 'new' WHERE TRUE");
    expect(await harness.rows("SELECT * FROM shelf")).toEqual([[["7", ["y", "5"]], "new"]]);
    expect(await change("UPDATE shelf SET s.a = 1, s = NULL WHERE TRUE")).toContain("assigned more than once");
    expect(await change("UPDATE shelf SET a.b = 1 WHERE TRUE")).toContain("no STRUCT");
    expect(await change("UPDATE shelf AS s SET s.a = 'z' WHERE TRUE")).toContain("both the table and a column");
    await harness.run("UPDATE shelf SET s = NULL WHERE TRUE");
    expect(await change("UPDATE shelf SET s.a = 1 WHERE TRUE")).toContain("NULL STRUCT");
  });

  it("skip rows for which the condition is NULL", async () => {
    expect(await counts("DELETE stock WHERE amount > 1")).toEqual({ inserted: 0, updated: 0, deleted: 1 });
    expect(await stock()).toEqual([
      ["beet", null],
      ["kale", "1"],
    ]);
  });

  it("update from another table, and refuse two source rows for one target row", async () => {
    await harness.run(
      "UPDATE stock SET amount = s.n FROM (SELECT 'kale' AS item, 7 AS n) AS s WHERE stock.item = s.item",
    );
    expect(await stock()).toEqual([
      ["beet", null],
      ["kale", "7"],
      ["leek", "2"],
    ]);
    const twice =
      "UPDATE stock SET amount = s.n FROM UNNEST([8, 9]) AS n, (SELECT 1 AS m) AS s WHERE item = 'kale'".replace(
        "s.n",
        "n",
      );
    expect(await change(twice)).toContain("at most one source row for each target row");
    expect(await stock()).toEqual([
      ["beet", null],
      ["kale", "7"],
      ["leek", "2"],
    ]);
  });

  it("truncate", async () => {
    expect(await counts("TRUNCATE TABLE stock")).toEqual({ inserted: 0, updated: 0, deleted: 3 });
  });
});

describe("MERGE", () => {
  const source = "(SELECT 'kale' AS item, 10 AS amount UNION ALL SELECT 'plum', 20)";

  it("applies to each row the first clause that fits", async () => {
    const merged = await counts(`MERGE stock AS t USING ${source} AS s ON t.item = s.item
      WHEN MATCHED AND s.amount > 100 THEN DELETE
      WHEN MATCHED THEN UPDATE SET amount = t.amount + s.amount
      WHEN NOT MATCHED THEN INSERT (item, amount) VALUES (s.item, s.amount)
      WHEN NOT MATCHED BY SOURCE AND t.amount IS NULL THEN DELETE
      WHEN NOT MATCHED BY SOURCE THEN UPDATE SET amount = 0`);
    expect(merged).toEqual({ inserted: 1, updated: 2, deleted: 1 });
    expect(await stock()).toEqual([
      ["kale", "11"],
      ["leek", "0"],
      ["plum", "20"],
    ]);
  });

  it("refuses two source rows for one target row, and changes nothing", async () => {
    const twice = "(SELECT 'kale' AS item, 1 AS amount UNION ALL SELECT 'kale', 2 UNION ALL SELECT 'plum', 3)";
    const sql = `MERGE stock AS t USING ${twice} AS s ON t.item = s.item WHEN MATCHED THEN UPDATE SET amount = s.amount
      WHEN NOT MATCHED THEN INSERT (item, amount) VALUES (item, amount)`;
    expect(await change(sql)).toContain("at most one source row for each target row");
    expect(await stock()).toHaveLength(3);
  });

  it("allows two source rows when at most one of them changes the target row", async () => {
    const twice = "(SELECT 'kale' AS item, 1 AS amount UNION ALL SELECT 'kale', 2)";
    const sql = `MERGE stock AS t USING ${twice} AS s ON t.item = s.item WHEN MATCHED AND s.amount = 2 THEN UPDATE SET amount = 50`;
    expect(await counts(sql)).toEqual({ inserted: 0, updated: 1, deleted: 0 });
  });

  it("inserts every unmatched source row, copies included, for BigQuery has no keys", async () => {
    const copies = "(SELECT 'plum' AS item UNION ALL SELECT 'plum')";
    await harness.run(
      `MERGE stock AS t USING ${copies} AS s ON t.item = s.item WHEN NOT MATCHED THEN INSERT (item) VALUES (s.item)`,
    );
    expect(await harness.rows("SELECT COUNT(*) FROM stock WHERE item = 'plum'")).toEqual([["2"]]);
  });

  it("inserts a whole row with INSERT ROW, and works with ON FALSE", async () => {
    await harness.run("CREATE TABLE target AS SELECT 1 AS a, 'x' AS b");
    const sql =
      "MERGE target USING (SELECT 'y' AS b, 2 AS a) ON FALSE WHEN NOT MATCHED THEN INSERT ROW WHEN NOT MATCHED BY SOURCE THEN DELETE";
    expect(await counts(sql)).toEqual({ inserted: 1, updated: 0, deleted: 1 });
    expect(await harness.rows("SELECT a, b FROM target")).toEqual([["2", "y"]]);
  });

  it("sees only one side where the other has no row", async () => {
    const sql = `MERGE stock AS t USING ${source} AS s ON t.item = s.item WHEN NOT MATCHED THEN INSERT (item, amount) VALUES (s.item, t.amount)`;
    expect(await change(sql)).toContain("Unrecognized name: t.amount");
  });
});

describe("columns with short names", () => {
  it("do not get in the way of what the translation is made of", async () => {
    const names = ["s", "o", "l", "f", "p", "r", "v", "x", "t", "c", "i", "k"];
    await harness.run(
      `CREATE TABLE short (${names.map((name) => `${name} STRUCT<t STRING, z STRING, l STRING>`).join(", ")}, moment TIMESTAMP, zone STRING)`,
    );
    await harness.run("INSERT short (s, moment, zone) VALUES (('a', 'b', 'c'), TIMESTAMP '2024-07-01', 'Asia/Tokyo')");
    const sql = `SELECT DATETIME(moment, zone), FORMAT_TIMESTAMP('%R', moment, zone), TIMESTAMP_TRUNC(moment, DAY, zone),
      PARSE_DATE('%F', zone || CAST(NULL AS STRING)), CAST(CAST(moment AS STRING) AS TIMESTAMP), STRING(moment, zone),
      CAST(s AS STRUCT<a STRING, b STRING, c STRING>) FROM short`;
    expect(await harness.rows(sql)).toEqual([
      [
        "2024-07-01T09:00:00",
        "09:00",
        "1719759600000000",
        null,
        "1719792000000000",
        "2024-07-01 09:00:00+09",
        ["a", "b", "c"],
      ],
    ]);
  });
});

describe("rows in the streaming buffer", () => {
  const streamed = { insertId: undefined, json: { item: "new", amount: 5 } };
  const options = { skipInvalidRows: false, ignoreUnknownValues: false };

  it("can be read at once and changed after half an hour", async () => {
    await harness.inserts.insert(
      harness.catalog.table({ project: "p", dataset: "d", table: "stock" }),
      [streamed],
      options,
    );
    expect(await harness.rows("SELECT amount FROM stock WHERE item = 'new'")).toEqual([["5"]]);
    const update = "UPDATE stock SET amount = 6 WHERE item = 'new'";
    const merge =
      "MERGE stock AS t USING (SELECT 'new' AS item) AS s ON t.item = s.item WHEN MATCHED THEN UPDATE SET amount = 7";
    expect(await change(update)).toContain("streaming buffer");
    expect(await change(merge)).toContain("streaming buffer");
    harness.clock.nowMs += 1_800_001;
    expect(await change(update)).toBe("done");
    expect(await change(merge)).toBe("done");
    expect(await harness.rows("SELECT amount FROM stock WHERE item = 'new'")).toEqual([["7"]]);
  });
});

describe("definitions", () => {
  it("create, replace, skip and drop", async () => {
    expect(await change("CREATE TABLE stock (a INT64)")).toContain("Already Exists: Table p:d.stock");
    await harness.run("CREATE TABLE IF NOT EXISTS stock (a INT64)");
    expect(await stock()).toHaveLength(3);
    await harness.run("CREATE OR REPLACE TABLE stock AS SELECT 'x' AS item, 1 AS amount");
    expect(await stock()).toEqual([["x", "1"]]);
    await harness.run("DROP TABLE stock");
    expect(await change("DROP TABLE stock")).toContain("Not found: Table p:d.stock");
    await harness.run("DROP TABLE IF EXISTS stock");
  });

  it("make a table like another: its columns and metadata, not its rows", async () => {
    await harness.run(
      "CREATE TABLE parts (at_ DATE NOT NULL OPTIONS (description = 'when'), k STRING(3)) PARTITION BY at_ CLUSTER BY k OPTIONS (description = 'parts', labels = [('a', 'b')])",
    );
    await harness.run("INSERT parts VALUES (DATE '2024-01-02', 'x')");
    await harness.run("ALTER TABLE parts ADD COLUMN n INT64");
    await harness.run("CREATE TABLE twin LIKE parts");
    const of = (table: string) => harness.catalog.table({ project: "p", dataset: "d", table });
    const { schema, timePartitioning, clustering, description, labels } = of("parts").document;
    expect(of("twin").document).toMatchObject({ schema, timePartitioning, clustering, description, labels });
    expect(await harness.rows("SELECT * FROM twin")).toEqual([]);
    const streamed = { insertId: undefined, json: { at_: "2024-02-03", k: "abc", n: 7 } };
    await harness.inserts.insert(of("twin"), [streamed], { skipInvalidRows: false, ignoreUnknownValues: false });
    expect(await harness.rows("SELECT * FROM twin")).toEqual([["2024-02-03", "abc", "7"]]);
    await harness.run("CREATE TABLE filled LIKE parts AS SELECT at_, k, 1 FROM d.parts");
    expect(await harness.rows("SELECT * FROM filled")).toEqual([["2024-01-02", "x", "1"]]);
    expect(await change("CREATE TABLE other LIKE parts AS SELECT CAST(NULL AS DATE), 'x', 1")).toContain(
      "at_ cannot be null",
    );
    await harness.run("ALTER TABLE twin DROP COLUMN n");
    expect(await harness.rows("SELECT n FROM parts")).toEqual([[null]]);
  });

  it("refuse LIKE where it is not certain what is copied", async () => {
    await harness.run("CREATE TABLE keyed (id STRING, PRIMARY KEY (id) NOT ENFORCED)");
    await harness.run("CREATE VIEW v AS SELECT 1 AS a");
    await harness.run("CREATE TABLE brief (a INT64) OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01')");
    for (const source of ["keyed", "v", "brief", "dedupscope_embedded.insert_id_absorbed"]) {
      expect(await change(`CREATE TABLE twin LIKE ${source}`)).toContain("refused");
    }
    expect(await change("CREATE TABLE twin LIKE stock CLUSTER BY item")).toContain("refused");
    expect(await change("CREATE TABLE twin LIKE nothing")).toContain("Not found");
  });

  it("do not enforce keys", async () => {
    await harness.run("CREATE TABLE keyed (id STRING, PRIMARY KEY (id) NOT ENFORCED)");
    expect(await counts("INSERT keyed (id) VALUES ('a'), ('a')")).toEqual({ inserted: 2, updated: 0, deleted: 0 });
    expect(await change("CREATE TABLE other (id STRING PRIMARY KEY)")).toContain("NOT");
  });

  it("read a view's tables where the view was made, and need complete names in it", async () => {
    await harness.run("CREATE VIEW v AS SELECT item FROM d.stock WHERE amount = 1");
    expect(await harness.rows("SELECT * FROM v")).toEqual([["kale"]]);
    expect(await change("CREATE VIEW w AS SELECT item FROM stock")).toContain("must be qualified with a dataset");
  });

  it("tell upper from lower case in table names, and refuse names that differ by case alone", async () => {
    expect(await change("SELECT * FROM STOCK")).toContain("Not found");
    expect(await change("CREATE TABLE Stock (a INT64)")).toContain("differs only by case");
  });

  it("refuse duplicate and missing column names in CREATE TABLE AS", async () => {
    expect(await change("CREATE TABLE x AS SELECT 1 AS a, 2 AS A")).toContain("Duplicate column name");
    expect(await change("CREATE TABLE x AS SELECT 1")).toContain("needs a name for column 1");
  });
});
