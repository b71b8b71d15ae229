import { expect, test } from "vitest";
import { allProtectionsOn } from "#contract/names.ts";
import type { Config } from "../config.ts";
import { refuseIdleSwitch } from "./spark-engine.ts";

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
