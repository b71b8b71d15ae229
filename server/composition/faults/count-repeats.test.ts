import { expect, test } from "vitest";
import type { CheckpointReading } from "../../consumer/reader.ts";
import { countRepeats, type RepeatSources } from "./count-repeats.ts";
import { waitingFacts, type RepeatFacts } from "./repeat-facts.ts";

const struck: RepeatFacts = {
  ...waitingFacts,
  stage: "struck",
  damaged: true,
  over: true,
  checkpointId: "c",
  fromBatchId: 5,
  toBatchId: 5,
};

function reading(given: Partial<CheckpointReading>): CheckpointReading {
  return {
    checkpointId: "c",
    batchId: 5,
    committedAtMs: 0,
    offsets: {},
    totals: null,
    refusedForGood: 0,
    watermarkMs: 0,
    nextWatermarkMs: 0,
    stateRows: 0,
    progress: { sink: { numOutputRows: 10 } } as CheckpointReading["progress"],
    ...given,
  };
}

interface World {
  readonly now?: Partial<CheckpointReading>;
  readonly inserts?: { readonly sent: number; readonly stored: number };
  readonly cut?: Partial<RepeatSources["cut"]>;
  readonly stored?: number;
  readonly booked?: number;
}

function sources({ now = {}, inserts = { sent: 25, stored: 25 }, cut = {}, stored = 0, booked = 0 }: World) {
  const asked: object[] = [];
  const world: RepeatSources = {
    reader: {
      read: () => reading(now),
      readAt: () => reading(now),
      insertsOf: () => inserts,
      countDuplicatesIn: ({ fromOffset, toOffset }) => Math.floor((toOffset - fromOffset) / 10),
    },
    repeats: (batches) => {
      asked.push(batches);
      return Promise.resolve({ stored, booked });
    },
    cut: { checkpointId: "c", mergedBatchId: 5, cycle: 9, ...cut },
  };
  return { world, asked };
}

test("a batch that ran again: what was sent beyond its rows is absorbed or booked twice", async () => {
  const absorbed = await countRepeats(struck, sources({}).world);
  expect(absorbed).toMatchObject({
    stage: "done",
    effects: { resent: 15, absorbedByConsumer: 0, absorbedByWarehouse: 15, bookedTwice: 0 },
  });
  const { world, asked } = sources({ stored: 15, booked: 15 });
  expect(await countRepeats(struck, world)).toMatchObject({
    effects: { resent: 15, absorbedByWarehouse: 0, bookedTwice: 15 },
  });
  expect(asked).toEqual([{ checkpointId: "c", fromBatchId: 5, toBatchId: 5 }]);
});

test("rows whose answer was lost were stored all the same, and rows that never arrived are absorbed by nobody", async () => {
  const lost = sources({ inserts: { sent: 20, stored: 10 } }).world;
  expect(await countRepeats({ ...struck, rowsUnanswered: 10 }, lost)).toMatchObject({
    effects: { resent: 10, absorbedByWarehouse: 10 },
  });
  expect(await countRepeats(struck, lost)).toMatchObject({ effects: { resent: 10, absorbedByWarehouse: 0 } });
});

test("nothing is final before the batch is committed, the merge has passed it and the fault is over", async () => {
  expect(await countRepeats(struck, sources({ now: { batchId: 4 } }).world)).toEqual({});
  for (const [facts, world] of [
    [struck, { cut: { mergedBatchId: 4 } }],
    [{ ...struck, over: false }, {}],
    [{ ...struck, overInCycle: 9 }, {}],
  ] as const) {
    const { world: asked, asked: questions } = sources(world);
    const counted = await countRepeats(facts, asked);
    expect(counted).toMatchObject({ kept: 10, effects: { resent: 15, absorbedByWarehouse: 0 } });
    expect(counted).not.toHaveProperty("stage");
    expect(questions).toEqual([]);
  }
  expect(await countRepeats({ ...struck, damaged: false }, sources({}).world)).toEqual({});
});

test("a batch of a checkpoint that is gone is counted no further", async () => {
  expect(await countRepeats(struck, sources({ now: { checkpointId: "new" } }).world)).toEqual({ stage: "done" });
});

const deleted: RepeatFacts = { ...struck, fromBatchId: 0, toBatchId: null, readBefore: { "0": 100, "1": 50 } };

test("after a deleted checkpoint everything up to where it stood is counted, once it was read and merged again", async () => {
  expect(await countRepeats(deleted, sources({}).world)).toEqual({});
  const halfway = sources({ now: { checkpointId: "new", batchId: 1, offsets: { 0: 100, 1: 20 } } }).world;
  expect(await countRepeats(deleted, halfway)).toEqual({
    effects: { resent: 120, absorbedByConsumer: 12, absorbedByWarehouse: 0, bookedTwice: 0 },
  });
  const passed = { checkpointId: "new", batchId: 3, offsets: { 0: 130, 1: 50 } };
  const unmerged = await countRepeats(deleted, sources({ now: passed }).world);
  expect(unmerged).toMatchObject({ toBatchId: 3, effects: { resent: 150, absorbedByConsumer: 15 } });
  const { world, asked } = sources({
    now: { ...passed, batchId: 8 },
    cut: { checkpointId: "new", mergedBatchId: 8 },
    stored: 135,
    booked: 35,
  });
  expect(await countRepeats({ ...deleted, ...unmerged }, world)).toMatchObject({
    stage: "done",
    effects: { resent: 150, absorbedByConsumer: 15, absorbedByWarehouse: 100, bookedTwice: 35 },
  });
  expect(asked).toEqual([{ checkpointId: "new", fromBatchId: 0, toBatchId: 3 }]);
});
