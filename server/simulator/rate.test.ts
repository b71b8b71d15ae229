import fc from "fast-check";
import { expect, test } from "vitest";
import { accrue, catchUpMsMax, startRate, type RateState } from "./rate.ts";

function madeDuring(milliseconds: number, everyMs: number, ratePerSecond: number): number {
  let state: RateState = startRate(0);
  let made = 0;
  for (let nowMs = everyMs; nowMs <= milliseconds; nowMs += everyMs) {
    const step = accrue(state, nowMs, ratePerSecond);
    made += step.due;
    state = step.state;
  }
  return made;
}

test("ten seconds of regular ticks make exactly ten times the rate", () => {
  for (const ratePerSecond of [1, 7, 10, 333, 2_000])
    expect(madeDuring(10_000, 25, ratePerSecond)).toBe(10 * ratePerSecond);
});

test("however the ticks fall, no payment is made too many or forgotten", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: catchUpMsMax })),
      fc.integer({ min: 1, max: 2_000 }),
      (gaps, rate) => {
        let state = startRate(0);
        let nowMs = 0;
        let made = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const step = accrue(state, nowMs, rate);
          made += step.due;
          state = step.state;
        }
        expect(made).toBe(Math.floor((nowMs * rate) / 1_000));
      },
    ),
  );
});

test("after a stall of an hour only the named part of it is made up for", () => {
  expect(accrue(startRate(0), 3_600_000, 2_000).due).toBe((catchUpMsMax * 2_000) / 1_000);
});

test("a clock that goes back makes nothing, and the rate goes on from there", () => {
  const back = accrue(startRate(10_000), 4_000, 100);
  expect(back.due).toBe(0);
  expect(accrue(back.state, 4_100, 100).due).toBe(10);
});
