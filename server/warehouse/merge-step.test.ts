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

test("scattered blocks become one range for each partition, so that a repair has few statements", () => {
  const blocks = [0, 1].flatMap((partition) =>
    Array.from({ length: 20 }, (_unused, index) => ({ partition, block: index * 5 })),
  );
  expect(rangesOf(blocks)).toEqual([range(0, 0, 95_999), range(1, 0, 95_999)]);
});
