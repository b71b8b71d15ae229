import { expect, test } from "vitest";
import {
  becameReady,
  exited,
  exitReason,
  neverStarted,
  spawned,
  stoppedWhileDown,
  toSnapshot,
} from "./process-state.ts";
import { restartPolicy } from "./restart-policy.ts";

const death = { atMs: 1_000, reason: "killed by SIGKILL", wanted: false, byFault: false, downMs: null };

test("a process starts, runs, dies, backs off and starts again", () => {
  let record = spawned(neverStarted, 71, 0);
  expect(toSnapshot("producer", null, record)).toMatchObject({ state: "starting", processId: 71, restarts: 0 });
  record = becameReady(record);
  expect(record.state).toBe("running");
  record = exited(record, death, restartPolicy);
  expect(toSnapshot("producer", null, record)).toEqual({
    name: "producer",
    lane: null,
    state: "backing-off",
    processId: null,
    restarts: 0,
    startedAt: null,
    lastExit: { at: "1970-01-01T00:00:01.000Z", reason: "killed by SIGKILL" },
    nextStartAt: new Date(1_000 + restartPolicy.firstDelayMs).toISOString(),
  });
  record = spawned(record, 72, 1_020);
  expect(record).toMatchObject({ state: "starting", restarts: 1, nextStartAtMs: null });
});

test("a process that dies too often has failed, says why, and is tried seldom until it runs for long again", () => {
  let record = neverStarted;
  for (let times = 0; times <= restartPolicy.restartsMax; times++)
    record = exited(spawned(record, 1, 0), { ...death, atMs: times }, restartPolicy);
  expect(record.state).toBe("failed");
  expect(record.lastExit?.reason).toBe(
    "killed by SIGKILL (it died more than 8 times in 60 s and is tried every 20 s now)",
  );
  expect(record.nextStartAtMs).toBe(restartPolicy.restartsMax + restartPolicy.failedDelayMs);
  const diesSoon = exited(becameReady(spawned(record, 1, 100_000)), { ...death, atMs: 110_000 }, restartPolicy);
  expect(diesSoon).toMatchObject({ state: "failed", nextStartAtMs: 110_000 + restartPolicy.failedDelayMs });
  const ranForLong = exited(becameReady(spawned(diesSoon, 1, 200_000)), { ...death, atMs: 290_000 }, restartPolicy);
  expect(ranForLong).toMatchObject({ state: "backing-off", failing: false });
});

test("a fault may kill as often as somebody clicks: it always comes back at once", () => {
  let record = neverStarted;
  for (let times = 0; times < 50; times++) {
    record = exited(spawned(record, 1, 0), { ...death, atMs: times, byFault: true }, restartPolicy);
    expect(record).toMatchObject({ state: "backing-off", nextStartAtMs: times + restartPolicy.firstDelayMs });
  }
});

test("what was asked to stop stays stopped", () => {
  expect(exited(spawned(neverStarted, 1, 0), { ...death, wanted: true }, restartPolicy).state).toBe("stopped");
  const backingOff = exited(spawned(neverStarted, 1, 0), death, restartPolicy);
  expect(stoppedWhileDown(backingOff)).toMatchObject({ state: "stopped", nextStartAtMs: null });
});

test("the end of a process is told in its own words where it had any", () => {
  const end = { failure: null, code: null, signal: null, byFault: false };
  expect(exitReason({ ...end, failure: "port 9092 is taken", code: 1 })).toBe("port 9092 is taken");
  expect(exitReason({ ...end, signal: "SIGKILL", byFault: true })).toBe("killed by SIGKILL (fault)");
  expect(exitReason({ ...end, signal: "SIGSEGV" })).toBe("killed by SIGSEGV");
  expect(exitReason({ ...end, code: 0 })).toBe("ended by itself");
  expect(exitReason({ ...end, code: 7 })).toBe("ended with exit code 7; its log says more");
});

test("a fault may keep a process down for a while", () => {
  const down = exited(spawned(neverStarted, 1, 0), { ...death, byFault: true, downMs: 4_000 }, restartPolicy);
  expect(down).toMatchObject({ state: "backing-off", nextStartAtMs: 5_000, deathsAtMs: [] });
});
