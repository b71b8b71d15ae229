import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameAssembler, FrameSizeError } from "./frame-assembler.ts";

const FRAME_BYTES_MAX = 1_000;

function framed(payload: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length, 0);
  return Buffer.concat([size, payload]);
}

describe("the frame assembler", () => {
  it("finds the same frames however the bytes are cut", () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 });
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 20 })), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(framed));
        const assembler = new FrameAssembler(FRAME_BYTES_MAX);
        const found: string[] = [];
        const note = (frame: Buffer): void => {
          found.push(frame.toString("hex"));
        };
        let at = 0;
        for (const cut of cuts) {
          assembler.push(bytes.subarray(at, at + cut), note);
          at += cut;
        }
        assembler.push(bytes.subarray(at), note);
        expect(found).toEqual(frames.map((frame) => Buffer.from(frame).toString("hex")));
        expect(assembler.bufferedBytes).toBe(0);
      }),
    );
  });

  it.each([-1, -2_147_483_648, FRAME_BYTES_MAX + 1, 2_147_483_647])("refuses a frame of %i bytes", (size) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(size, 0);
    expect(() => new FrameAssembler(FRAME_BYTES_MAX).push(bytes, () => undefined)).toThrow(FrameSizeError);
  });
});
