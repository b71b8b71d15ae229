import { expect, test } from "vitest";
import { allProtectionsOn } from "#contract/names.ts";
import type { Config } from "../config.ts";
import { faultTable } from "../faults/index.ts";
import { refuseIdleSwitch, whyNotWithSpark } from "./spark-engine.ts";

const withSpark = (sink: "topic" | "load-jobs" | null) =>
  ({ spark: sink === null ? null : { master: "local[2]", sink } }) as Config;

test("deduplication cannot be switched in a query, and whoever asks hears why", () => {
  expect(() => refuseIdleSwitch(withSpark("topic"), allProtectionsOn, { deduplication: false })).toThrow(/stays on/);
  expect(() => refuseIdleSwitch(withSpark("topic"), allProtectionsOn, { deduplication: true })).not.toThrow();
  expect(() => refuseIdleSwitch(withSpark(null), allProtectionsOn, { deduplication: false })).not.toThrow();
});

test("insertIds can be switched where rows are inserted, and not where they are loaded", () => {
  expect(() => refuseIdleSwitch(withSpark("topic"), allProtectionsOn, { insertIds: false })).not.toThrow();
  expect(() => refuseIdleSwitch(withSpark("load-jobs"), allProtectionsOn, { insertIds: false })).toThrow(/load jobs/);
  expect(() => refuseIdleSwitch(withSpark("load-jobs"), allProtectionsOn, { merge: false })).not.toThrow();
});

function idle(sink: "topic" | "load-jobs" | null): readonly string[] {
  return faultTable.filter((fault) => whyNotWithSpark(withSpark(sink), fault) !== null).map(({ kind }) => kind);
}

test("faults that find nothing to act on with Spark say so", () => {
  expect(idle(null)).toEqual([]);
  expect(idle("topic")).toEqual(["checkpoint-torn"]);
  expect(idle("load-jobs")).toEqual(["checkpoint-torn", "insert-answer-lost", "insert-repeated-late"]);
});
