/** What a case says: the SQL, what BigQuery answers, and where its documentation says so. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

/** One test per case; `setup` runs before them all. */
export function describeSemantics(title: string, cases: SemanticCase[], setup: string[] = []): void {
  describe(title, () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await openHarness();
      for (const statement of setup) await harness.run(statement);
    });
    afterAll(() => harness.close());

    it.each(cases)(`answers $sql as ${documentation}$source says`, async ({ sql, expected }) => {
      const answer = await harness.rows(sql);
      if ("error" in expected) expect(answer).toMatch(expected.error);
      else expect(answer).toEqual("row" in expected ? [expected.row] : expected.rows);
    });
  });
}
