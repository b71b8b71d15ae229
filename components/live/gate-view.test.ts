import { expect, test } from "vitest";
import { allProtectionsOff, allProtectionsOn } from "#contract/names.ts";
import type { LaneSnapshot, Totals } from "#contract/snapshot.ts";
import { gateView, marks } from "./gate-view.ts";

const none = { retry: 0, "application-again": 0, "after-restart": 0, other: 0 };
const total = (count: number | null) => ({ count, money: null, asOf: null });
const totals = {
  absorbedByBroker: total(5),
  duplicates: total(8),
  absorbedByMerge: total(2),
  absorbedByInsertId: total(null),
} as unknown as Totals;

const lane = (over: Partial<LaneSnapshot>): LaneSnapshot =>
  ({
    protections: allProtectionsOn,
    totals,
    gates: {
      broker: {
        absorbed: { ...none, retry: 5 },
        passed: { ...none, "application-again": 1, "after-restart": 6, other: 1 },
      },
      consumer: { absorbed: { ...none, "application-again": 1, "after-restart": 7 }, passed: none },
      warehouse: { absorbed: none, passed: none },
    },
    ...over,
  }) as LaneSnapshot;

test("up to twelve copies are marks, more are a bar", () => {
  expect(marks(0, "absorbed")).toBeNull();
  expect(marks(12, "absorbed")).toEqual({ tone: "absorbed", count: 12, asBar: false });
  expect(marks(13, "absorbed")).toEqual({ tone: "absorbed", count: 13, asBar: true });
});

test("a closed gate stops copies on their track and lets those go on that it cannot know", () => {
  const view = gateView("broker", lane({}));
  expect(view.closed).toBe(true);
  expect(view.tracks.map(({ stopped }) => stopped?.count ?? 0)).toEqual([5, 0, 0]);
  expect(view.tracks.map(({ passed }) => passed?.count ?? 0)).toEqual([0, 1, 7]);
  expect(view).toMatchObject({ absorbed: 5, passed: 8, passedTone: "onward", passedLabel: "go on" });
});

test("through an open gate copies get through, and nothing that passes is quiet", () => {
  const view = gateView("broker", lane({ protections: allProtectionsOff }));
  expect(view).toMatchObject({ closed: false, passedTone: "through", passedLabel: "stored twice" });
  expect(view.tracks[2]?.passed?.tone).toBe("through");
});

test("what passes the last gate is booked twice, closed or not", () => {
  const gates = lane({}).gates;
  const leaking = lane({ gates: { ...gates, warehouse: { absorbed: none, passed: { ...none, other: 1 } } } });
  expect(gateView("warehouse", leaking)).toMatchObject({
    closed: true,
    passedTone: "through",
    passedLabel: "booked twice",
  });
});

test("the number at a gate is the owner's total, not the marks", () => {
  expect(gateView("warehouse", lane({})).absorbed).toBe(2);
  const unread = lane({ totals: { ...totals, absorbedByMerge: total(null) } });
  expect(gateView("warehouse", unread).absorbed).toBeNull();
});
