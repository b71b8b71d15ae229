import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDefinitions } from "./definitions.ts";

const definitions = readDefinitions("dedupscope_test");
const all = [...definitions.tables, ...definitions.views, ...Object.values(definitions.statements)];

const filesIn = (...folders: readonly string[]): string[] =>
  readdirSync(join(import.meta.dirname, "sql", ...folders), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".sql"),
  );

test("every SQL file is in the table of definitions, or a part of one that is", () => {
  const parts = filesIn("parts");
  expect(filesIn()).toHaveLength(all.length + parts.length);
  const sources = filesIn("statements").map((file) =>
    readFileSync(join(import.meta.dirname, "sql", "statements", file), "utf8"),
  );
  const usedOnce = parts.filter((part) => {
    const line = `{part ${part.replace(".sql", "")}}`;
    return sources.filter((source) => source.includes(line)).length < 2;
  });
  expect(usedOnce).toEqual([]);
});

test("a part of a statement stands in its place, without its header", () => {
  const { text } = definitions.statements.merge;
  expect(text).toContain("  WITH shown AS (\n    SELECT r.*\n    FROM dedupscope_test.payments_raw AS r\n");
  expect(all.filter((one) => one.text.includes("{part"))).toEqual([]);
  expect(text.match(/-- Answers:/g)).toHaveLength(1);
});

test("every statement says what it answers, which parameters it takes and what it costs", () => {
  const header = /^-- Answers: [\s\S]+\n-- Parameters: [\s\S]+\n-- Cost: /;
  expect(all.filter(({ text }) => !header.test(text) || text.includes("{dataset}"))).toEqual([]);
  expect(all.filter(({ purpose }) => purpose.length < 20)).toEqual([]);
});

test("the header names every parameter that the statement uses", () => {
  const unnamed = all.flatMap(({ text, name }) => {
    const header = text.slice(0, text.indexOf("-- Cost:"));
    const used = text.replaceAll(/^--.*$/gm, "").match(/@\w+/g) ?? [];
    const inherited = header.includes("as for merge.sql");
    return inherited ? [] : used.filter((parameter) => !header.includes(parameter)).map((one) => `${name}: ${one}`);
  });
  expect(unnamed).toEqual([]);
});

test("a dataset name that could change a statement is refused", () => {
  expect(() => readDefinitions("a; DROP TABLE x")).toThrow("expected letters, digits, underscores");
});
