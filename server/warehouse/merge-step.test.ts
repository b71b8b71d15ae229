import { expect, test } from "vitest";
import { rangesOf } from "./merge-step.ts";

const range = (partition: number, firstOffset: number, lastOffset: number) => ({
  firstPartition: partition,
  lastPartition: partition,
  firstOffset,
  lastOffset,
});

test("neighbouring blocks of a partition are one range, and partitions stay apart", () => {
  const blocks = [
    { partition: 0, block: 3 },
    { partition: 0, block: 4 },
    { partition: 0, block: 9 },
    { partition: 1, block: 10 },
  ];
  expect(rangesOf(blocks)).toEqual([range(0, 3_000, 4_999), range(0, 9_000, 9_999), range(1, 10_000, 10_999)]);
  expect(rangesOf([])).toEqual([]);
});

test("partitions with the same blocks share a range: batches go round the partitions", () => {
  const blocks = [0, 1, 3].flatMap((partition) => [
    { partition, block: 3 },
    { partition, block: 9 },
  ]);
  expect(rangesOf(blocks)).toEqual([
    { ...range(0, 3_000, 3_999), lastPartition: 1 },
    { ...range(0, 9_000, 9_999), lastPartition: 1 },
    range(3, 3_000, 3_999),
    range(3, 9_000, 9_999),
  ]);
});

test("scattered blocks become one range for each partition, so that a repair has few statements", () => {
  const blocks = [0, 1].flatMap((partition) =>
    Array.from({ length: 20 }, (_unused, index) => ({ partition, block: partition + index * 5 })),
  );
  expect(rangesOf(blocks)).toEqual([range(0, 0, 95_999), range(1, 1_000, 96_999)]);
});
