import { expect, it } from "vitest";
import { FrameQueue } from "./frame-queue.ts";

it("gives frames back in order, with the bytes that wait, however pushes and takes alternate", () => {
  const queue = new FrameQueue();
  const expected: number[] = [];
  let pushed = 0;
  for (let round = 0; round < 2_000; round += 1) {
    for (let count = 0; count < 3; count += 1) {
      const frame = Buffer.alloc(4);
      frame.writeInt32BE(pushed, 0);
      queue.push(frame);
      frame.fill(0xff);
      expected.push(pushed);
      pushed += 1;
    }
    for (let count = 0; count < 2 + (round % 2); count += 1)
      expect(queue.take()?.readInt32BE(0)).toBe(expected.shift());
    expect(queue.bytes).toBe(expected.length * 4);
  }
  while (expected.length > 0) expect(queue.take()?.readInt32BE(0)).toBe(expected.shift());
  expect([queue.take(), queue.bytes]).toEqual([undefined, 0]);
});
