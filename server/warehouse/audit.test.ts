import { pino } from "pino";
import { expect, test } from "vitest";
import { auditBlocks } from "./audit.ts";
import { blockSizes, type Sums } from "./blocks.ts";
import { readDefinitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import { nothingKept } from "./known-blocks.ts";
import { newLaneState } from "./lane-state.ts";

/** A lane whose `payments_raw` has so many blocks, all of them without rows. */
function laneOf(blockCount: number) {
  const raw = new Map(Array.from({ length: blockCount }, (_unused, block): [number, Sums] => [block, new Map()]));
  const known = { ledger: { raw, booked: new Map(), absorbed: new Map() }, checkpointId: "c", batchId: 9, cycle: 9 };
  const progress = { cycle: 9, intentsWatermark: 0, settledSequence: 0, checkpointId: "c", mergedBatchId: 9 };
  const state = newLaneState(progress, { known, kept: nothingKept });
  const counted: number[] = [];
  const gateway: Gateway = {
    query: (_definition, parameters) => {
      counted.push(Number(parameters?.["firstBatchId"]) / blockSizes.blockBatches);
      return Promise.resolve([]);
    },
    change: () => Promise.reject(new Error("nothing is to be changed")),
    insert: () => Promise.reject(new Error("nothing is to be inserted")),
    createDataset: () => Promise.resolve(),
  };
  const cycle = async (hasTime: boolean, hadMoreToDo = false): Promise<number[]> => {
    counted.length = 0;
    const ports = {
      gateway,
      definitions: readDefinitions("d"),
      clock: { nowMs: () => 0 },
      logger: pino({ level: "silent" }),
    };
    await auditBlocks({ ...ports, lane: "protected", state, mayBegin: () => hasTime }, hadMoreToDo);
    return [...counted];
  };
  return { cycle, state };
}

test("a cycle with time checks so many blocks that 120 cycles see all of them, then begins again", async () => {
  const { cycle } = laneOf(300);
  const seen = [await cycle(true), await cycle(true)];
  expect(seen).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  for (let cycles = 2; cycles < 120; cycles += 1) seen.push(await cycle(true));
  expect(new Set(seen.flat()).size).toBe(300);
});

test("a cycle without time checks one, and one that had more to do than others none, ten in a row at most", async () => {
  const { cycle } = laneOf(300);
  expect([await cycle(false), await cycle(false)]).toEqual([[0], [1]]);
  for (let cycles = 0; cycles < 10; cycles += 1) expect(await cycle(false, true)).toEqual([]);
  expect([await cycle(false, true), await cycle(false, true)]).toEqual([[2], []]);
});

test("the only block of a small lane is checked once a cycle", async () => {
  const { cycle, state } = laneOf(1);
  expect([await cycle(true), await cycle(true)]).toEqual([[0], [0]]);
  expect([state.audited, state.corrected]).toEqual([{ part: "raw", block: 0 }, false]);
});
