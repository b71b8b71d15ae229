import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { FaultSnapshot, Snapshot } from "../contract/snapshot.ts";
import { Program, brokenEquations, count, laneOf } from "./program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

/** Short, so that a payment is soon later than the watermark. */
const watermarkDelayMs = 5_000;

let program: Program;
beforeAll(async () => {
  program = new Program({
    RATE: "30",
    SEED: "42",
    LOG_LEVEL: "silent",
    WATERMARK_DELAY_MS: String(watermarkDelayMs),
  });
  await program.start();
  await allRunning();
  await program.until("both lanes match", ({ lanes }) => lanes.every(({ verdict }) => verdict === "MATCH"));
});
afterAll(async () => {
  await program.dispose();
});

const allRunning = (): Promise<Snapshot> =>
  program.until(
    "every process runs",
    ({ processes }) => processes.length === 5 && processes.every(({ state }) => state === "running"),
  );

async function inject(kind: string, parameters: object = {}): Promise<number> {
  const { status, body } = await program.request("POST", `/api/faults/${kind}`, parameters);
  expect({ kind, status, body }).toMatchObject({ kind, status: 202 });
  return (body as { id: number }).id;
}

const faultIn = (snapshot: Snapshot, id: number): FaultSnapshot | undefined =>
  snapshot.faults.find((each) => each.id === id);

const ended = (id: number): Promise<Snapshot> =>
  program.until(`fault ${id} has ended`, (snapshot) => faultIn(snapshot, id)?.state === "ended");

/** Everything has come through both lanes, and every equation closes on its last cut. */
function isSettled(snapshot: Snapshot): boolean {
  const isThrough = snapshot.lanes.every(({ totals }) =>
    [totals.lag, totals.pending, totals.notYetMerged, totals.unknown, totals.inFlight].every(
      (total) => total.count === 0,
    ),
  );
  return isThrough && brokenEquations(snapshot).length === 0;
}

/** Injects a fault into the running pipeline, and waits until it has ended and what it led to is counted. */
async function effectsOf(kind: string, parameters: object = {}): Promise<FaultSnapshot["effects"]> {
  const id = await inject(kind, parameters);
  const { effects } = faultIn(await ended(id), id) ?? {};
  if (effects === undefined) throw new Error(`fault ${id} is not in the snapshot`);
  expect({ kind, lane: "protected", bookedTwice: effects.protected.bookedTwice }).toMatchObject({ bookedTwice: 0 });
  return effects;
}

test.each(["after-plan", "after-state", "mid-sink", "after-sink", "after-commit"])(
  "consumer killed %s, in both lanes: the batch runs again, and only insertIds tell its rows from new ones",
  async (point) => {
    const before = await allRunning();
    const effects = await effectsOf("consumer-killed", { point });
    const after = await allRunning();
    for (const name of ["consumer-protected", "consumer-unprotected"] as const) {
      const found = after.processes.find((entry) => entry.name === name);
      const earlier = before.processes.find((entry) => entry.name === name);
      expect(found?.lastExit?.reason).toBe("killed by SIGKILL (fault)");
      expect(found?.restarts).toBe((earlier?.restarts ?? 0) + 1);
    }
    const hadInserted = point === "mid-sink" || point === "after-sink";
    for (const lane of ["protected", "unprotected"] as const)
      expect({ lane, repeats: effects[lane].resent > 0 }).toEqual({ lane, repeats: hadInserted });
    expect(effects.protected.absorbedByWarehouse).toBe(effects.protected.resent);
    expect(effects.unprotected).toMatchObject({ absorbedByWarehouse: 0, bookedTwice: effects.unprotected.resent });
  },
);

const consumerRestarts = ({ processes }: Snapshot): number =>
  processes.find(({ name }) => name === "consumer-protected")?.restarts ?? 0;

test("half an entry at the end of each log is cut off, and nothing comes of it", async () => {
  for (const log of ["offsets", "commits", "state"]) {
    const before = await allRunning();
    const effects = await effectsOf("checkpoint-torn", { log });
    expect(effects.unprotected.bookedTwice).toBe(effects.unprotected.resent);
    const after = await allRunning();
    expect(consumerRestarts(after)).toBe(consumerRestarts(before) + 1);
  }
});

test("a deleted checkpoint is read anew from the beginning: the merge absorbs it, without it all are charged twice", async () => {
  const before = await program.snapshot();
  const effects = await effectsOf("checkpoint-deleted");
  expect(effects.protected.resent).toBeGreaterThanOrEqual(count(before, "protected", "read"));
  expect(effects.protected.absorbedByWarehouse).toBeGreaterThanOrEqual(count(before, "protected", "kept"));
  expect(effects.unprotected.bookedTwice).toBeGreaterThanOrEqual(count(before, "unprotected", "kept"));
});

test("an insert whose answer is lost is repeated: absorbed by its insertIds, booked twice without them", async () => {
  const effects = await effectsOf("insert-answer-lost");
  expect(effects.protected.resent).toBeGreaterThan(0);
  expect(effects.protected.absorbedByWarehouse).toBe(effects.protected.resent);
  expect(effects.unprotected.bookedTwice).toBe(effects.unprotected.resent);
});

test("a warehouse that is down is PENDING and never a BREAK, and everything is there when it is back", async () => {
  const id = await inject("warehouse-down", { seconds: 3 });
  const down = await program.until("the protected lane waits", (now) => laneOf(now, "protected").verdict === "PENDING");
  expect(laneOf(down, "protected").waitingFor).toContain("warehouse");
  await ended(id);
});

test("a broker that is killed and one that is frozen: what was under way is stored once with sequences", async () => {
  await effectsOf("broker-killed");
  const effects = await effectsOf("broker-frozen", { seconds: 3 });
  expect(effects.protected.resent).toBeGreaterThan(0);
  expect(effects.protected.absorbedByBroker).toBe(effects.protected.resent);
  expect(effects.unprotected.resent).toBeGreaterThan(0);
});

test("after all of them nothing is lost, every equation closes, and each surplus copy has a fault behind it", async () => {
  await program.request("PUT", "/api/simulator", { running: false });
  const after = await program.until("everything has come through and the equations close", isSettled);
  expect(laneOf(after, "protected")).toMatchObject({ verdict: "MATCH", reasons: [] });
  expect(count(after, "protected", "booked")).toBe(count(after, "protected", "intended"));
  expect(count(after, "protected", "surplus")).toBe(0);
  expect(count(after, "unprotected", "missing")).toBe(0);
  expect(laneOf(after, "unprotected").verdict).toBe("BREAK");
  const explained = after.faults.reduce((sum, { effects }) => sum + effects.unprotected.bookedTwice, 0);
  expect(count(after, "unprotected", "surplus")).toBe(explained);
  expect(after.faults.filter(({ state }) => state !== "ended")).toEqual([]);
  expect(after.alarms).toEqual([]);
});
