import { expect, test } from "vitest";
import { LateTap } from "./late-tap.ts";
import type { InsertAnswer, Inserter } from "./sink/inserter.ts";

const stored: InsertAnswer = { kind: "stored" };
const lost: InsertAnswer = { kind: "failed", certain: false, splits: false, detail: "lost" };

/** Inserts, and says that it did not. */
function losing(insert: Inserter["insert"]): Inserter["insert"] {
  return async (table, rows) => {
    await insert(table, rows);
    return lost;
  };
}

test("inserts go through untouched, and nothing is loaded, until something is armed", async () => {
  const armed: string[] = [];
  let loads = 0;
  const tap = new LateTap<string>(() => {
    loads += 1;
    return Promise.resolve({ arm: (fault) => void armed.push(fault), attach: losing });
  });
  const tables: string[] = [];
  const insert = tap.attach(
    (table) => {
      tables.push(table);
      return Promise.resolve(stored);
    },
    () => Promise.resolve(),
  );
  expect([await insert("one", []), loads]).toEqual([stored, 0]);
  await Promise.all([tap.arm("first"), tap.arm("second")]);
  expect([await insert("two", []), loads]).toEqual([lost, 1]);
  expect([armed, tables]).toEqual([
    ["first", "second"],
    ["one", "two"],
  ]);
});
