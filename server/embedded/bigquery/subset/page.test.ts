import { describe, expect, it } from "vitest";
import { translate } from "../sql/analyzer/statements.ts";
import type { Environment, TableInfo } from "../sql/analyzer/context.ts";
import { scalar } from "../sql/types.ts";
import { subsetPage } from "./page.ts";
import { acceptedSyntax, refusedSyntax } from "./syntax.ts";

const table: TableInfo = {
  kind: "table",
  sqlName: "t",
  isWritable: true,
  columns: [
    { name: "id", type: scalar("STRING"), isRequired: false },
    { name: "n", type: scalar("INT64"), isRequired: false },
    { name: "amount", type: scalar("NUMERIC"), isRequired: false },
    { name: "happened", type: scalar("TIMESTAMP"), isRequired: false },
    { name: "tags", type: { kind: "ARRAY", element: scalar("STRING") }, isRequired: false },
  ],
};

const environment: Environment = {
  project: "p",
  dataset: undefined,
  parameters: [],
  findTable: () => table,
  informationSchema: (path) => (path.view === "TABLES" ? namedTables : undefined),
};

const namedTables = { sql: "SELECT 'a' AS c1", columns: [{ name: "table_name", type: scalar("STRING") }] };

describe("docs/googlesql-subset.md", () => {
  it("is what the translator's tables say", async () => {
    await expect(subsetPage()).toMatchFileSnapshot("../../../../docs/googlesql-subset.md");
  });

  it.each(Object.values(acceptedSyntax).flat())("is right that $construct is accepted", ({ example }) => {
    expect(translate(example, environment).kind).not.toBe("");
  });

  it.each(refusedSyntax)("is right that $construct is refused", ({ example }) => {
    expect(() => translate(example, environment)).toThrow(/refused|Syntax error|Invalid time zone/);
  });
});
