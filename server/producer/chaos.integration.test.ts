import { afterEach, beforeEach, expect, test } from "vitest";
import { laneNames } from "#contract/names.ts";
import type { ArmFault } from "../processes/messages.ts";
import { batch, expectEquations } from "./testing/expectations.ts";
import { ProducerRig } from "./testing/producer-rig.ts";

const rounds = 8;
const batchesPerRound = 5;
const deadlineMs = 120_000;

let rig: ProducerRig;
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start();
});
afterEach(() => rig.close());

/** Numbers in [0, limit) from a seed (mulberry32), so that a failure can be run again. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

test(
  "whatever faults meet, nothing is lost, every attempt gets an outcome and the equations hold",
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    // Whatever does not happen is reported with this.
    rig.output = `chaos seed ${seed}\n`;
    const next = numbersFrom(seed);
    const faults: readonly Omit<ArmFault, "faultId">[] = [
      { kind: "acknowledgement-lost", parameters: { answers: 2, fraction: 0, seconds: 1 } },
      { kind: "acknowledgement-lost", parameters: { answers: 1, fraction: 0.5, seconds: 2 } },
      { kind: "error-after-append", parameters: { answers: 2 } },
      { kind: "request-lost", parameters: { requests: 1 } },
      { kind: "connection-cut", parameters: { afterRequest: 0 } },
      { kind: "connection-cut", parameters: { afterRequest: 1 } },
      { kind: "answer-late", parameters: { delayMs: 1_200, answers: 1 } },
      { kind: "producer-gives-up", parameters: { deadlineMs: 600 } },
      { kind: "producer-killed", parameters: {} },
    ];
    rig.keepAlive();
    await rig.startProducer();
    let planned = 0;
    for (let round = 0; round < rounds; round += 1) {
      const fault = faults[next(faults.length)];
      if (fault !== undefined) rig.tell({ type: "arm-fault", fault: { faultId: round + 1, ...fault } });
      planned = rig.plan(Array.from({ length: batchesPerRound }, () => batch(1 + next(5), next(3))));
      const soFar = planned - next(batchesPerRound);
      await rig.until("some of it was sent", () => rig.attempts.attemptsOf([soFar]).length > 0);
      if (next(3) === 0) rig.signalProducer("SIGKILL");
    }
    await rig.finalThrough(planned);
    for (const lane of laneNames) {
      await expectEquations(rig, lane);
      const stored = await rig.readLog(lane);
      const totals = rig.attempts.totals(lane);
      const distinct = new Set(stored.map(({ payment }) => payment.transaction_id)).size;
      const copies = rig.attempts.copies(lane, 0).reduce((sum, { records }) => sum + records, 0);
      expect({ seed, lane, distinct }).toEqual({ seed, lane, distinct: rig.payments });
      expect({ seed, lane, copies }).toEqual({ seed, lane, copies: stored.length - distinct });
      expect({ seed, lane, open: totals.unknown.count + totals.inFlight.count }).toEqual({ seed, lane, open: 0 });
    }
  },
  deadlineMs,
);
