import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter, frameBytesMax } from "./frame-splitter.ts";

function frame(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

test("frames come out whole and in order, however the stream was cut into chunks", () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(300), { maxLength: 12 }), (each, cuts) => {
      const frames = each.map(frame);
      const stream = Buffer.concat(frames);
      const splitter = new FrameSplitter();
      const borders = [0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].toSorted((a, b) => a - b);
      const out = borders.flatMap((border, index) => [
        ...splitter.push(Buffer.from(stream.subarray(borders[index - 1] ?? 0, border))),
      ]);
      expect(out.map((one) => one.toString("hex"))).toEqual(frames.map((one) => one.toString("hex")));
    }),
  );
});

test("a size that no Kafka frame has is refused", () => {
  for (const size of [-1, 0, 3, frameBytesMax + 1]) {
    const garbage = Buffer.alloc(8);
    garbage.writeInt32BE(size);
    expect(() => new FrameSplitter().push(garbage)).toThrow(/not Kafka's protocol/);
  }
  expect(() => new FrameSplitter().push(Buffer.from("HTTP/1.1 400 Bad Request"))).toThrow(/not Kafka's protocol/);
});
