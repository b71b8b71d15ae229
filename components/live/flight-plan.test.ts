import { expect, test } from "vitest";
import type { Moment, TapeRow } from "#contract/live.ts";
import { allProtectionsOff, allProtectionsOn } from "#contract/names.ts";
import { flightEnd, laneFlights, lastHit } from "./flight-plan.ts";

type CopyMoment = "retry-seen" | "copy-absorbed" | "copy-stored";
const moment = (kind: CopyMoment, lane: "protected" | "unprotected", records = 5) =>
  ({ kind, lane, records, at: "", faultId: 1, attemptId: 1 }) as const;
/** Each moment comes 100 ms after the one before. */
const seen = (...moments: Moment[]) => moments.map((entry, id) => ({ id, moment: entry, seenAtMs: id * 100 }));
const retry = new Map([[1, { attemptNumber: 2, cause: "first" } as TapeRow]]);

test("a retry flies to the gate in its own lane only", () => {
  const moments = seen(moment("retry-seen", "protected"), moment("retry-seen", "unprotected"));
  expect(laneFlights(moments, "protected", retry)).toEqual([
    { key: "0 to-gate", kind: "to-gate", marks: 5, cause: "retry", startMs: 0 },
  ]);
});

test("a copy that was stored runs on, drawn as at most twelve marks", () => {
  const moments = seen(moment("retry-seen", "unprotected", 500), moment("copy-stored", "unprotected", 500));
  expect(laneFlights(moments, "unprotected", retry).map(({ kind, marks, startMs }) => [kind, marks, startMs])).toEqual([
    ["to-gate", 12, 0],
    ["onward", 12, 500],
  ]);
});

test("a copy that was answered before the page heard of it makes its whole way", () => {
  const flights = laneFlights(seen(moment("copy-stored", "unprotected")), "unprotected", retry);
  expect(flights.map(({ kind, startMs }) => [kind, startMs])).toEqual([
    ["to-gate", 0],
    ["onward", 600],
  ]);
});

test("copies fly on the track of their cause", () => {
  const restarted = new Map([[1, { attemptNumber: 1, cause: "after-restart" } as TapeRow]]);
  expect(laneFlights(seen(moment("copy-stored", "protected")), "protected", restarted)[0]?.cause).toBe("after-restart");
});

test("the gate brightens when the copies have arrived", () => {
  expect(lastHit(seen(moment("copy-absorbed", "protected")), "protected")).toEqual({ id: 0, startMs: 600 });
  const announced = seen(moment("retry-seen", "protected"), moment("copy-absorbed", "protected"));
  expect(lastHit(announced, "protected")).toEqual({ id: 1, startMs: 500 });
  expect(lastHit(announced, "unprotected")).toBeNull();
});

test("stored copies run up to the next closed gate", () => {
  expect(flightEnd(allProtectionsOn)).toBe("consumer");
  expect(flightEnd({ ...allProtectionsOn, deduplication: false })).toBe("warehouse");
  expect(flightEnd(allProtectionsOff)).toBe("verdict");
});
