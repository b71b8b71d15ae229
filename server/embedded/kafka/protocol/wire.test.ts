import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedRequestError } from "./malformed-request-error.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

describe("the wire's primitives", () => {
  it("read back what was written", () => {
    const int64 = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    const values = fc.record({ long: int64, int: fc.integer(), text: fc.string(), bytes: fc.uint8Array() });
    fc.assert(
      fc.property(values, fc.nat(2 ** 31 - 1), ({ long, int, text, bytes }, varint) => {
        const writer = new Writer().int64(long).int32(int).string(text).bytes(Buffer.from(bytes));
        writer.unsignedVarint(varint).compactString(text).nullableString(null).nullableBytes(null);
        const { byteLength } = writer;
        const buffer = writer.toBuffer();
        const reader = new Reader(buffer);
        expect(buffer).toHaveLength(byteLength);
        expect([reader.int64(), reader.int32(), reader.string()]).toEqual([long, int, text]);
        expect([...reader.bytes()]).toEqual([...bytes]);
        expect([reader.unsignedVarint(), reader.compactString()]).toEqual([varint, text]);
        expect([reader.nullableString(), reader.nullableBytes(), reader.remaining]).toEqual([null, null, 0]);
      }),
    );
  });

  it("pass large bytes on by reference", () => {
    const large = Buffer.alloc(10_000, 7);
    const parts = new Writer().int32(1).bytes(large).int32(2).parts();
    expect(parts.some((part) => part.buffer === large.buffer)).toBe(true);
    expect(Buffer.concat(parts)).toHaveLength(10_012);
  });

  it.each([
    ["a string longer than the frame", new Writer().int16(500).int8(1).toBuffer(), "string"],
    ["a string of negative length", new Writer().int16(-2).toBuffer(), "string"],
    ["bytes longer than the frame", new Writer().int32(2_147_483_647).toBuffer(), "bytes"],
    ["an array that cannot fit", new Writer().int32(1_000_000).int8(1).toBuffer(), "array"],
    ["an array of negative length", new Writer().int32(-7).toBuffer(), "array"],
    ["a null where none may be", new Writer().int16(-1).toBuffer(), "string"],
  ] as const)("refuse %s", (_name, frame, what) => {
    const reader = new Reader(frame);
    const read = {
      string: () => reader.string(),
      bytes: () => reader.bytes(),
      array: () => reader.array((inner) => inner.int8()),
    };
    expect(read[what]).toThrow(MalformedRequestError);
  });
});
