import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDefinitions } from "./definitions.ts";

const definitions = readDefinitions("dedupscope_test");
const all = [...definitions.tables, ...definitions.views, ...Object.values(definitions.statements)];

test("every SQL file is in the table of definitions", () => {
  const files = readdirSync(join(import.meta.dirname, "sql"), { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => file.endsWith(".sql"))).toHaveLength(all.length);
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
