import { expect, test } from "vitest";
import type { SeriesPoint, TapeRow, WindowVerdict } from "#contract/live.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import { missedBetween, noData, withSeries, withSnapshot, withTape, withWindows } from "./live-data.ts";

const snapshot = (runId: string, seq: number) => ({ seq, run: { id: runId } }) as Snapshot;
const point = (second: number) => ({ at: `2026-01-01T00:00:0${second}.000Z` }) as SeriesPoint;
const row = (attemptId: number, changeNo: number, outcome: TapeRow["outcome"]) =>
  ({ attemptId, changeNo, outcome, repeats: null, cause: "first", faultId: null }) as TapeRow;
const message = (rows: TapeRow[]) => ({ runId: "a", rows, requests: 9, reset: false });
const window = (verdict: WindowVerdict["verdict"]): WindowVerdict => ({
  lane: "protected",
  startMs: 0,
  verdict,
  wrong: 0,
});

test("a new run forgets the old one's points, tape and windows", () => {
  const old = withSeries(withSnapshot(noData, snapshot("a", 1)), { runId: "a", points: [point(1)], reset: true });
  expect(old.points).toHaveLength(1);
  expect(withSnapshot(old, snapshot("b", 2))).toMatchObject({ points: [], requests: 0, runId: "b" });
});

test("points that came twice are kept once, and a reset replaces all", () => {
  const one = withSeries(noData, { runId: "a", points: [point(1), point(2)], reset: true });
  const two = withSeries(one, { runId: "a", points: [point(2), point(3)], reset: false });
  expect(two.points.map(({ at }) => at)).toEqual([point(1).at, point(2).at, point(3).at]);
  expect(withSeries(two, { runId: "a", points: [point(5)], reset: true }).points).toHaveLength(1);
});

test("a row's newer outcome stands, whatever the order of arrival", () => {
  const known = withTape(withTape(noData, message([row(1, 2, "absorbed")])), message([row(1, 1, "in-flight")]));
  expect(known.tape.get(1)?.outcome).toBe("absorbed");
  expect(known.requests).toBe(9);
});

test("a window that is judged again replaces its older verdict", () => {
  const before = withWindows(noData, { runId: "a", windows: [window("PENDING")] });
  expect(withWindows(before, { runId: "a", windows: [window("MATCH")] }).windows).toEqual([window("MATCH")]);
});

test("a gap in the sequence means lost messages; a new run does not", () => {
  expect(missedBetween(snapshot("a", 1), snapshot("a", 2))).toBe(false);
  expect(missedBetween(snapshot("a", 1), snapshot("a", 4))).toBe(true);
  expect(missedBetween(snapshot("a", 9), snapshot("b", 1))).toBe(false);
  expect(missedBetween(null, snapshot("a", 4))).toBe(false);
});
