import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { FaultSnapshot, Snapshot } from "../contract/snapshot.ts";
import { Program, brokenEquations, count, laneOf } from "./program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

/** Short, so that a payment is soon later than the watermark. */
const watermarkDelayMs = 5_000;

let program: Program;
beforeAll(async () => {
  program = new Program({
    RATE: "15",
    SEED: "42",
    LOG_LEVEL: "silent",
    WATERMARK_DELAY_MS: String(watermarkDelayMs),
  });
  await program.start();
  await program.allRunning();
  await program.until("both lanes match", ({ lanes }) => lanes.every(({ verdict }) => verdict === "MATCH"));
});
afterAll(async () => {
  await program.dispose();
});

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
    const before = await program.allRunning();
    const effects = await effectsOf("consumer-killed", { point });
    const after = await program.allRunning();
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
    const before = await program.allRunning();
    const effects = await effectsOf("checkpoint-torn", { log });
    expect(effects.unprotected.bookedTwice).toBeLessThanOrEqual(effects.unprotected.resent);
    const after = await program.allRunning();
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

let repeatedLate: number;

test("rows of an insert are kept for longer than an insertId lasts, while everything else goes on", async () => {
  repeatedLate = await inject("insert-repeated-late", { seconds: 62 });
  await program.until("both lanes' rows are taken", (now) => faultIn(now, repeatedLate)?.state === "acting");
  const { status, body } = await program.request("POST", "/api/faults/consumer-killed", {});
  expect(status).toBe(409);
  expect(JSON.stringify(body)).toContain(`fault ${repeatedLate} (Insert again, late)`);
});

test("a warehouse that is down is PENDING and never a BREAK, and everything is there when it is back", async () => {
  const id = await inject("warehouse-down", { seconds: 3 });
  const down = await program.until("the protected lane waits", (now) => laneOf(now, "protected").verdict === "PENDING");
  expect(laneOf(down, "protected").waitingFor).toContain("warehouse");
  const { effects } = faultIn(await ended(id), id) ?? {};
  expect(effects?.protected.resent).toBeGreaterThan(0);
  expect(effects?.protected.bookedTwice).toBe(0);
});

test("a broker that is killed and one that is frozen: what was under way is stored once with sequences", async () => {
  await effectsOf("broker-killed");
  const { lanes } = await program.snapshot();
  await program.until("both lanes send again", (now) =>
    lanes.every(({ name, totals }) => count(now, name, "appended") > (totals.appended.count ?? 0)),
  );
  const effects = await effectsOf("broker-frozen", { seconds: 3 });
  expect(effects.protected.resent).toBeGreaterThan(0);
  expect(effects.protected.absorbedByBroker).toBe(effects.protected.resent);
  expect(effects.unprotected.resent).toBeGreaterThan(0);
});

interface LatePayment {
  readonly transaction_id: string;
  readonly amount: string;
}
interface Reconciliation {
  readonly lanes: readonly {
    readonly lane: string;
    readonly rows: readonly { readonly window_start: string; readonly verdict: string }[];
    readonly latePayments: readonly LatePayment[];
  }[];
}

async function protectedReconciliation() {
  const { body } = await program.request("GET", "/api/reconciliation");
  const found = (body as Reconciliation).lanes.find(({ lane }) => lane === "protected");
  if (found === undefined) throw new Error("the reconciliation lacks the protected lane");
  return found;
}

const messageOf = (body: unknown): string => (body as { error: { message: string } }).error.message;

test("a payment that is held back is late: a BREAK until it is booked by a click, once however often it is clicked", async () => {
  const id = await inject("payment-held-back");
  await ended(id);
  const broken = await program.until("the verdict breaks", (now) => laneOf(now, "protected").verdict === "BREAK");
  expect(laneOf(broken, "protected").reasons.join()).toMatch(/1 late payment kept, but not booked/);
  expect(laneOf(broken, "unprotected").totals.late.count).toBe(0);
  expect(faultIn(broken, id)?.effects).toMatchObject({ protected: { late: 1 }, unprotected: { late: 0 } });
  const { latePayments } = await protectedReconciliation();
  expect(latePayments).toHaveLength(1);
  expect(Number(latePayments[0]?.amount)).toBeGreaterThan(0);
  const path = `/api/payments/${latePayments[0]?.transaction_id}/book`;

  const clicks = await Promise.all([1, 2, 3].map(() => program.request("POST", path, { lane: "protected" })));
  expect(clicks.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(clicks.filter(({ status }) => status === 409)).toHaveLength(2);
  const again = await program.request("POST", path);
  expect(again.status).toBe(409);
  expect(messageOf(again.body)).toMatch(/protected lane it is booked already, by hand.*unprotected lane it is booked/);
  const booked = await program.until("the verdict is repaired", (now) => laneOf(now, "protected").verdict === "MATCH");
  expect(count(booked, "protected", "bookedByHand")).toBe(1);
  expect((await protectedReconciliation()).latePayments).toEqual([]);

  const wrongLane = await program.request("POST", path, { lane: "third" });
  expect(wrongLane).toMatchObject({ status: 400, body: { error: { parameter: "lane" } } });
  const unknown = await program.request("POST", "/api/payments/01932f0e-7b1a-7c3d-9e4f-0123456789ab/book");
  expect(unknown.status).toBe(404);
});

test("a copy later than the watermark is late with its own time, and the merge's with a new one", async () => {
  const canAct = async () => {
    const { body } = await program.request("GET", "/api/faults");
    const { faults } = body as { faults: { kind: string; canActNow: boolean }[] };
    return faults.find(({ kind }) => kind === "copy-later-than-watermark")?.canActNow;
  };
  await expect.poll(canAct, { timeout: 30_000 }).toBe(true);
  const before = await program.snapshot();
  const own = await inject("copy-later-than-watermark", { restampEventTime: "no" });
  const stamped = await inject("copy-later-than-watermark", { restampEventTime: "yes" });
  const after = await program.until("both copies have come through", (now) => {
    const effects = [own, stamped].map((id) => faultIn(now, id)?.effects);
    return (
      effects.every((each) => each?.unprotected.bookedTwice === 1) && effects[1]?.protected.absorbedByWarehouse === 1
    );
  });
  expect(count(after, "protected", "late")).toBe(count(before, "protected", "late") + 1);
  expect(faultIn(after, own)?.effects.protected).toMatchObject({ absorbedByWarehouse: 0, bookedTwice: 0, late: 1 });
  expect(laneOf(after, "protected").verdict).toBe("MATCH");
});

test.each(["plant-duplicate", "remove-row", "change-amount", "change-currency"])(
  "the alarm is proved by %s: exactly its window breaks, and matches again after the clean-up",
  async (kind) => {
    await program.until("the lane matches", (now) => laneOf(now, "protected").verdict === "MATCH");
    const id = await inject(kind);
    const broken = await program.until("the verdict breaks", (now) => laneOf(now, "protected").verdict === "BREAK");
    const { body } = await program.request("GET", "/api/alarm-changes");
    const { changes } = body as { changes: { id: string; lane: string; faultId: number; windowStart: string }[] };
    expect(changes).toMatchObject([{ lane: "protected", faultId: id, kind }]);
    const [change] = changes;
    expect(faultIn(await program.snapshot(), id)).toMatchObject({ state: "acting", alarmChangeId: change?.id });
    const { rows } = await protectedReconciliation();
    const windows = rows.filter(({ verdict }) => verdict === "BREAK").map((row) => row.window_start);
    expect([...new Set(windows)]).toEqual([change?.windowStart]);
    expect(laneOf(broken, "protected").windows.broken).toBe(1);

    const cleanUp = () => program.request("DELETE", `/api/alarm-changes/${change?.id}`);
    expect(await cleanUp()).toMatchObject({ status: 200, body: { id: change?.id, lane: "protected" } });
    const again = await cleanUp();
    expect({ status: again.status, message: messageOf(again.body) }).toMatchObject({
      status: 409,
      message: expect.stringContaining("undone already") as unknown,
    });
    await program.until("the verdict is MATCH again", (now) => laneOf(now, "protected").verdict === "MATCH");
    expect((await protectedReconciliation()).rows.filter(({ verdict }) => verdict === "BREAK")).toEqual([]);
  },
);

test("a change that never was cannot be undone, and a lane that does not exist is named", async () => {
  const unknown = await program.request("DELETE", "/api/alarm-changes/nothing");
  expect({ status: unknown.status, message: messageOf(unknown.body) }).toEqual({
    status: 404,
    message: 'there is no change "nothing"; nothing is changed now',
  });
  const lane = await program.request("POST", "/api/faults/remove-row", { lane: "third" });
  expect(lane.status).toBe(400);
  expect(messageOf(lane.body)).toBe('lane = "third": expected one of protected, unprotected');
});

test("rows that are inserted again after their insertIds are forgotten: the merge absorbs them, or nobody does", async () => {
  const { effects } = faultIn(await ended(repeatedLate), repeatedLate) ?? {};
  expect(effects?.protected.resent).toBeGreaterThan(0);
  expect(effects?.protected).toMatchObject({ absorbedByWarehouse: effects?.protected.resent, bookedTwice: 0 });
  expect(effects?.unprotected).toMatchObject({ absorbedByWarehouse: 0, bookedTwice: effects?.unprotected.resent });
});

test("after all of them nothing is lost, every equation closes, and each surplus copy has a fault behind it", async () => {
  await program.request("PUT", "/api/simulator", { running: false });
  const after = await program.until("everything has come through and the equations close", isSettled);
  expect(laneOf(after, "protected")).toMatchObject({ verdict: "MATCH", reasons: [] });
  expect(count(after, "protected", "absorbedByMerge")).toBeGreaterThan(0);
  expect(count(after, "protected", "booked")).toBe(count(after, "protected", "intended"));
  expect(count(after, "protected", "surplus")).toBe(0);
  expect(count(after, "unprotected", "missing")).toBe(0);
  expect(laneOf(after, "unprotected").verdict).toBe("BREAK");
  const explained = after.faults.reduce((sum, { effects }) => sum + effects.unprotected.bookedTwice, 0);
  expect(count(after, "unprotected", "surplus")).toBe(explained);
  expect(after.faults.filter(({ state }) => state !== "ended")).toEqual([]);
  expect(after.alarms).toEqual([]);
});
