import { expect, test } from "vitest";
import type { LaneSnapshot, ProcessSnapshot, Snapshot } from "#contract/snapshot.ts";
import { layerView } from "./layer-view.ts";

const broker: ProcessSnapshot = {
  name: "broker",
  lane: null,
  state: "running",
  processId: 7,
  restarts: 1,
  startedAt: null,
  lastExit: null,
  nextStartAt: null,
};
const lane = (count: number | null) =>
  ({
    name: "protected",
    totals: { stored: { count, money: null, asOf: "2026-01-01T00:03:52.000Z" } },
  }) as unknown as LaneSnapshot;
const snapshot = (process: ProcessSnapshot | null) =>
  ({
    at: "2026-01-01T00:04:00.000Z",
    run: { startedAt: "2026-01-01T00:00:00.000Z" },
    processes: process === null ? [] : [process],
  }) as unknown as Snapshot;

test("a layer that runs shows its number and nothing else", () => {
  expect(layerView("broker", lane(4803), snapshot(broker))).toMatchObject({
    state: "running",
    why: null,
    label: "stored",
  });
});

test("an external layer has no process of ours and counts as running", () => {
  expect(layerView("broker", lane(4803), snapshot(null)).state).toBe("running");
});

test("a layer that is down says why, when it comes back and how old its number is", () => {
  const view = layerView(
    "broker",
    lane(4803),
    snapshot({
      ...broker,
      state: "backing-off",
      lastExit: { at: "2026-01-01T00:03:53.000Z", reason: "killed by SIGKILL" },
      nextStartAt: "2026-01-01T00:04:01.400Z",
    }),
  );
  expect(view).toMatchObject({ state: "down", why: "killed by SIGKILL; restart 2 in 1.4 s", asOf: "as of 03:52" });
});
