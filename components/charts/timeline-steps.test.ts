import { expect, test } from "vitest";
import type { SeriesLane, SeriesPoint } from "#contract/live.ts";
import { pointAt, rates, steps } from "./timeline-steps.ts";
import { flagsAt, placeOf, ticks, timeScale } from "./time-scale.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const at = (second: number): string => new Date(start + second * 1000).toISOString();
const lane = (value: number): SeriesLane => ({ absorbedByBroker: value, attempted: value }) as SeriesLane;
const points = (values: readonly number[]): SeriesPoint[] =>
  values.map((value, second) => ({ at: at(second), lanes: { protected: lane(value), unprotected: lane(0) } }));

test("a rise is a step, and rises that belong together are one", () => {
  const found = steps(points([0, 0, 3, 5, 5, 5, 5, 5, 5, 12]), "protected", "absorbedByBroker");
  expect(found).toEqual([
    { atMs: start + 2000, by: 5 },
    { atMs: start + 9000, by: 7 },
  ]);
  expect(steps(points([1, 1, 1]), "protected", "absorbedByBroker")).toEqual([]);
});

test("a speed is per second, whatever the distance of the points, and never negative", () => {
  const series = points([0, 20, 60, 10]);
  series[2] = { at: at(3), lanes: { protected: lane(60), unprotected: lane(0) } };
  series[3] = { at: at(4), lanes: { protected: lane(10), unprotected: lane(0) } };
  expect(rates(series, "protected", "attempted").map(({ perSecond }) => perSecond)).toEqual([20, 20, 0]);
});

test("no speed is given for the time in which the program was down", () => {
  const series = points([0, 10, 20, 30]);
  series[2] = { at: at(61), lanes: { protected: lane(20), unprotected: lane(0) } };
  series[3] = { at: at(62), lanes: { protected: lane(30), unprotected: lane(0) } };
  expect(rates(series, "protected", "attempted").map(({ perSecond }) => perSecond)).toEqual([10, null, 10]);
});

test("the cursor reads the last point before it", () => {
  expect(pointAt(points([1, 2, 3]), start + 1500)?.at).toBe(at(1));
  expect(pointAt(points([1]), start - 1)).toBeUndefined();
});

test("a young run is drawn on a minute, an old one on its last five", () => {
  expect(timeScale(start, start + 10_000)).toEqual({ fromMs: start, toMs: start + 60_000 });
  expect(timeScale(start, start + 900_000)).toEqual({ fromMs: start + 600_000, toMs: start + 900_000 });
});

test("places are percent of the axis and stay on it", () => {
  const scale = timeScale(start, start + 200_000);
  expect(placeOf(scale, start + 50_000)).toBe(25);
  expect(placeOf(scale, start - 1)).toBe(0);
  expect(placeOf(scale, start + 999_000)).toBe(100);
});

test("ticks are round moments of the run's clock", () => {
  const scale = timeScale(start, start + 415_000);
  expect(ticks(scale, start).map((tick) => (tick - start) / 1000)).toEqual([120, 180, 240, 300, 360]);
});

test("a mark has room up to its right neighbour, and marks that would lie on each other are one", () => {
  expect(flagsAt([10, 40, 95])).toEqual([
    { place: 10, room: 30, first: 0, count: 1 },
    { place: 40, room: 55, first: 1, count: 1 },
    { place: 95, room: 5, first: 2, count: 1 },
  ]);
  expect(flagsAt([10, 12, 14.9, 15])).toEqual([
    { place: 10, room: 5, first: 0, count: 3 },
    { place: 15, room: 85, first: 3, count: 1 },
  ]);
  expect(flagsAt([])).toEqual([]);
});
