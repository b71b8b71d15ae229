import { beforeEach, describe, expect, test, vi } from "vitest";
import { laneNames, type LaneName } from "#contract/names.ts";
import { FaultEngine, type FaultStore } from "./engine.ts";
import { producerRule } from "./index.ts";

type Stored = Parameters<FaultStore["arm"]>[0] & { endedAtMs?: number };

let faults: Map<number, Stored>;
let acted: { faultId: number; lane: LaneName; batchId: number }[];
let delivered: Record<LaneName, number>;
let events: string[];
let nowMs: number;

beforeEach(() => {
  faults = new Map();
  acted = [];
  delivered = { protected: 0, unprotected: 0 };
  events = [];
  nowMs = 1_000;
});

const store: FaultStore = {
  arm: (fault) => void faults.set(fault.faultId, fault),
  setLastBatch: (faultId, lastBatchId) => void faults.set(faultId, { ...(faults.get(faultId) as Stored), lastBatchId }),
  end: (faultId, endedAtMs) => void faults.set(faultId, { ...(faults.get(faultId) as Stored), endedAtMs }),
  open: () => [...faults.values()].filter(({ endedAtMs }) => endedAtMs === undefined),
  isKnown: (faultId) => faults.has(faultId),
  actedOn: (faultId) => acted.filter((each) => each.faultId === faultId),
};

function engine(lastStartedBatch = 0): FaultEngine {
  return new FaultEngine({
    store,
    ruleOf: producerRule,
    events: {
      armed: (faultId, first) => void events.push(`armed ${faultId} ${first}`),
      refused: (faultId, reason) => void events.push(`refused ${faultId} ${reason}`),
      ended: (faultId) => void events.push(`ended ${faultId}`),
      killMe: (faultId) => void events.push(`kill ${faultId}`),
    },
    clock: { nowMs: () => nowMs },
    lastStartedBatch,
    deliveredThrough: (lane) => delivered[lane],
  });
}
const lost = (overrides: Record<string, number> = {}) => ({ answers: 1, fraction: 0, seconds: 10, ...overrides });

/** Sends a batch in a lane until it is delivered; returns what each attempt met. */
async function send(faulty: FaultEngine, lane: LaneName, batchId: number): Promise<string[]> {
  await faulty.beforeSend({ lane, batchId });
  const met: string[] = [];
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    const attempt = { lane, batchId, attemptNumber };
    const decision = faulty.beforeWrite(attempt);
    if (decision.plan !== null) acted.push({ faultId: decision.faultId, lane, batchId });
    const { kind } = faulty.onAnswer({ ...attempt, ...decision }, { errorCode: 0 });
    met.push(`${decision.faultId ?? "-"} ${kind}`);
    if (kind === "release") break;
  }
  delivered[lane] = batchId;
  faulty.afterDelivery({ lane, batchId });
  return met;
}

const attempt = (lane: LaneName, attemptNumber = 1) => ({ lane, batchId: 1, attemptNumber });

test("a fault arms on the next batch that neither lane has sent, and ends when both have delivered it", async () => {
  const faulty = engine();
  await send(faulty, "protected", 1);
  await send(faulty, "protected", 2);
  await send(faulty, "unprotected", 1);
  faulty.arm({ faultId: 5, kind: "acknowledgement-lost", parameters: lost() });
  expect(events).toEqual(["armed 5 3"]);
  expect(await send(faulty, "unprotected", 2)).toEqual(["- release"]);
  expect(await send(faulty, "protected", 3)).toEqual(["5 withhold", "- release"]);
  expect(events).toEqual(["armed 5 3"]);
  expect(await send(faulty, "unprotected", 3)).toEqual(["5 withhold", "- release"]);
  expect(events).toEqual(["armed 5 3", "ended 5"]);
});

test("clicks that follow each other act on batches that follow each other", async () => {
  const faulty = engine(10);
  for (const faultId of [1, 2]) faulty.arm({ faultId, kind: "acknowledgement-lost", parameters: lost({ answers: 2 }) });
  expect(events).toEqual(["armed 1 11", "armed 2 13"]);
  for (const lane of laneNames)
    expect([await send(faulty, lane, 12), await send(faulty, lane, 13)]).toEqual([
      ["1 withhold", "- release"],
      ["2 withhold", "- release"],
    ]);
});

test("an answer that is an error is not swallowed: the fault waits for the attempt that is stored", async () => {
  const faulty = engine();
  faulty.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: lost() });
  await faulty.beforeSend({ lane: "protected", batchId: 1 });
  const first = { lane: "protected", batchId: 1, attemptNumber: 1 } as const;
  expect(faulty.onAnswer({ ...first, ...faulty.beforeWrite(first) }, { errorCode: 6 })).toEqual({ kind: "release" });
  const second = { ...first, attemptNumber: 2 };
  expect(faulty.onAnswer({ ...second, ...faulty.beforeWrite(second) }, { errorCode: 0 })).toEqual({ kind: "withhold" });
});

test("a fault that lasts for a time ends at the same batch in both lanes, however far apart they are", async () => {
  const faulty = engine();
  faulty.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: lost({ fraction: 1, seconds: 2 }) });
  for (const batchId of [1, 2, 3]) expect(await send(faulty, "protected", batchId)).toHaveLength(2);
  expect(await send(faulty, "unprotected", 1)).toHaveLength(2);
  nowMs += 2_000;
  expect(await send(faulty, "protected", 4)).toHaveLength(1);
  for (const batchId of [2, 3]) expect(await send(faulty, "unprotected", batchId)).toHaveLength(2);
  expect(await send(faulty, "unprotected", 4)).toHaveLength(1);
  expect(faults.get(1)).toMatchObject({ lastBatchId: 3 });
  expect(events).toEqual(["armed 1 1", "ended 1"]);
});

test("a restarted producer goes on with an armed fault and does not repeat what it has done", async () => {
  const before = engine();
  before.arm({ faultId: 1, kind: "acknowledgement-lost", parameters: lost({ answers: 2 }) });
  await send(before, "protected", 1);
  const after = engine(1);
  expect(await send(after, "protected", 1)).toEqual(["- release"]);
  expect(await send(after, "unprotected", 1)).toEqual(["1 withhold", "- release"]);
  expect(await send(after, "protected", 2)).toEqual(["1 withhold", "- release"]);
});

test("a fault that the producer does not know is refused, and one that is known already is not armed twice", () => {
  const faulty = engine();
  faulty.arm({ faultId: 1, kind: "warehouse-down", parameters: {} });
  faulty.arm({ faultId: 2, kind: "producer-killed", parameters: {} });
  faulty.arm({ faultId: 2, kind: "producer-killed", parameters: {} });
  expect(events).toEqual(["refused 1 the producer knows no fault warehouse-down", "armed 2 1"]);
});

const write = (faulty: FaultEngine, lane: LaneName) => {
  const decision = faulty.beforeWrite(attempt(lane));
  acted.push({ faultId: 9, lane, batchId: 1 });
  return faulty.onAnswer({ ...attempt(lane), ...decision }, { errorCode: 0 });
};

describe("producer killed", () => {
  test("lanes wait for each other; when both appends are confirmed the kill is asked for and nothing is written", async () => {
    const faulty = engine();
    faulty.arm({ faultId: 9, kind: "producer-killed", parameters: {} });
    let arrived = false;
    const first = faulty.beforeSend({ lane: "protected", batchId: 1 }).then(() => (arrived = true));
    await Promise.resolve();
    expect(arrived).toBe(false);
    await faulty.beforeSend({ lane: "unprotected", batchId: 1 });
    await first;
    expect(write(faulty, "protected")).toEqual({ kind: "withhold" });
    expect(events).toEqual(["armed 9 1"]);
    expect(write(faulty, "unprotected")).toEqual({ kind: "withhold" });
    expect(events).toEqual(["armed 9 1", "kill 9"]);
    expect(faulty.beforeWrite(attempt("protected", 2))).toMatchObject({ move: "hold" });

    const restarted = engine(1);
    for (const lane of laneNames) expect(await send(restarted, lane, 1)).toEqual(["- release"]);
    expect(events).toEqual(["armed 9 1", "kill 9", "ended 9"]);
  });

  test("is called off when a lane has to try again before both are confirmed", async () => {
    const faulty = engine();
    faulty.arm({ faultId: 9, kind: "producer-killed", parameters: {} });
    await Promise.all(laneNames.map((lane) => faulty.beforeSend({ lane, batchId: 1 })));
    write(faulty, "protected");
    expect(faulty.beforeWrite(attempt("protected", 2))).toMatchObject({ move: "write" });
    faulty.tick();
    expect(events).toEqual(["armed 9 1", expect.stringMatching(/^refused 9 .*not confirmed in both lanes/)]);
  });

  test("is called off when the other lane does not come", async () => {
    vi.useFakeTimers();
    try {
      const faulty = engine();
      faulty.arm({ faultId: 9, kind: "producer-killed", parameters: {} });
      const waiting = faulty.beforeSend({ lane: "protected", batchId: 1 });
      await vi.advanceTimersByTimeAsync(15_000);
      await waiting;
      expect(events.at(-1)).toMatch(/refused 9 the other lane did not reach the batch within 15 s/);
      expect(faulty.beforeWrite(attempt("protected"))).toMatchObject({ move: "write", plan: null });
    } finally {
      vi.useRealTimers();
    }
  });
});
