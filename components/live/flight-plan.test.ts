import { expect, test } from "vitest";
import type { Moment } from "#contract/live.ts";
import { lastAbsorbed, laneFlights } from "./flight-plan.ts";

const moment = (kind: "retry-seen" | "copy-absorbed" | "copy-stored", lane: "protected" | "unprotected", records = 5) =>
  ({ kind, lane, records, at: "", faultId: 1, attemptId: 1 }) as const;
const seen = (...moments: Moment[]) => moments.map((entry, id) => ({ id, moment: entry }));

test("a retry flies to the gate in its own lane only", () => {
  const moments = seen(moment("retry-seen", "protected"), moment("retry-seen", "unprotected"));
  expect(laneFlights(moments, "protected")).toEqual([{ id: 0, kind: "to-gate", marks: 5 }]);
});

test("a copy that was stored runs on, drawn as at most twelve marks", () => {
  expect(laneFlights(seen(moment("copy-stored", "unprotected", 500)), "unprotected")).toEqual([
    { id: 0, kind: "onward", marks: 12 },
  ]);
});

test("an absorbed copy flashes the gate and does not run on", () => {
  const moments = seen(moment("copy-absorbed", "protected"));
  expect(laneFlights(moments, "protected")).toEqual([]);
  expect(lastAbsorbed(moments, "protected")).toBe(0);
  expect(lastAbsorbed(moments, "unprotected")).toBeNull();
});
