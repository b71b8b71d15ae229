/** What a case says: the SQL, what BigQuery answers, and where its documentation says so. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";
import type { Harness, Plain } from "../testing/harness.ts";

const documentation = "https://cloud.google.com/bigquery/docs/reference/standard-sql/";

/** One row of values, or rows of values, or the pattern of an error message. */
export type Expected = { row: Plain[] } | { rows: Plain[][] } | { error: RegExp };

export interface SemanticCase {
  sql: string;
  /** Page and anchor below the documentation's root. */
  source: string;
  expected: Expected;
}

export function gives(sql: string, row: Plain[], source: string): SemanticCase {
  return { sql, source, expected: { row } };
}

export function givesRows(sql: string, rows: Plain[][], source: string): SemanticCase {
  return { sql, source, expected: { rows } };
}

export function fails(sql: string, error: RegExp, source: string): SemanticCase {
  return { sql, source, expected: { error } };
}

/** "as documented", or what is answered instead. */
function judge(answer: Plain[][] | string, expected: Expected): string {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  if ("error" in expected) return typeof answer === "string" && expected.error.test(answer) ? documented : text;
  const rows = "row" in expected ? [expected.row] : expected.rows;
  return text === JSON.stringify(rows) ? documented : `${text} instead of ${JSON.stringify(rows)}`;
}

const documented = "as documented";

/** One test per case. */
export function checkSemantics(cases: SemanticCase[]): void {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(async () => harness.close());

  it.each(cases)(`answers $sql as ${documentation}$source says`, async ({ sql, expected }) => {
    expect(judge(await harness.rows(sql), expected)).toBe(documented);
  });
}
