/** What stands in a query as text is never taken for a mark that the translator left in the generated SQL. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

const marks = ["\u0001now::\u0001", "\u0001parameter:p:\u0001", "\u0001parameter:p:INT64\u0001", "\u0001\0\u0001'"];

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => harness.close());

it.each(marks)("answers %j as the text it is", async (mark) => {
  const literal = `'${mark.replaceAll("'", "\\'")}'`;
  const escaped = `'${mark.replaceAll(/[^\w:]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`;
  const parameters = [{ name: "p", type: { kind: "STRING" } as const, value: { value: mark } }];
  const sql = `SELECT ${literal}, ${escaped}, @p, REPLACE('-', '-', ${escaped}), STRING_AGG(x, ${escaped}) FROM UNNEST(['']) AS x`;
  expect(await harness.rows(sql, parameters)).toEqual([[mark, mark, mark, mark, ""]]);
  await harness.run(`CREATE OR REPLACE TABLE kept AS SELECT ${escaped} AS text`);
  await harness.run(
    `CREATE OR REPLACE VIEW seen AS SELECT text, ${literal} AS own FROM d.kept WHERE text = ${literal}`,
  );
  expect(await harness.rows("SELECT text, own FROM seen WHERE text = @p", parameters)).toEqual([[mark, mark]]);
});
