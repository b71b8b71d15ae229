import { expect, test } from "vitest";
import type { SeriesLane, SeriesPoint } from "#contract/live.ts";
import { chartPoints, curvesOf, layerRows, topOf } from "./timeline-rows.ts";

const lanes = { protected: false, unprotected: true };
const values = (absorbedByBroker: number, storedTwice: number) => ({ absorbedByBroker, storedTwice }) as SeriesLane;
const points: SeriesPoint[] = [
  { at: "2026-01-01T00:00:00.000Z", lanes: { protected: values(0, 0), unprotected: values(0, 0) } },
  { at: "2026-01-01T00:00:01.000Z", lanes: { protected: values(5, 8), unprotected: values(0, 13) } },
];
const broker = layerRows[0];
if (broker === undefined) throw new Error("no rows");

test("what the protected lane absorbed is drawn above, what got through the unprotected one below", () => {
  const curves = curvesOf(broker, lanes, points);
  expect(curves.map(({ lane, tone }) => `${lane} ${tone}`)).toEqual(["protected absorbed", "unprotected through"]);
  expect(chartPoints(points, curves).at(-1)).toMatchObject({ "protected absorbed": 5, "unprotected through": -13 });
  expect(topOf(points, curves)).toBeCloseTo(13 * 1.15);
});

test("a protected lane whose layer is switched off shows what got through it", () => {
  const open = { protected: true, unprotected: true };
  const curves = curvesOf(broker, open, points).filter(({ lane }) => lane === "protected");
  expect(curves.map(({ tone }) => tone)).toEqual(["absorbed", "through"]);
});

test("a curve that never left zero is not drawn", () => {
  expect(curvesOf(broker, lanes, points.slice(0, 1))).toEqual([]);
  expect(topOf(points.slice(0, 1), [])).toBeCloseTo(1.15);
});

test("a curve begins at its last zero", () => {
  const series = [0, 0, 3].map((stored, second): SeriesPoint => ({
    at: `2026-01-01T00:00:0${second}.000Z`,
    lanes: { protected: values(0, 0), unprotected: values(0, stored) },
  }));
  const data = chartPoints(series, curvesOf(broker, lanes, series));
  expect(data.map((point) => point["unprotected through"])).toEqual([undefined, -0, -3]);
});
