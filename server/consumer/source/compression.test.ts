import fc from "fast-check";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decompress } from "./compression.ts";

const snappy = 2;
const lz4 = 3;
const lengthMax = 1_000_000;

/** Literal bytes, or a repetition of what stands `distance` before. */
type Piece = { readonly literal: Buffer } | { readonly distance: number; readonly length: number };

function expand(pieces: readonly Piece[]): Buffer {
  const output: number[] = [];
  for (const piece of pieces)
    if ("literal" in piece) output.push(...piece.literal);
    else for (let left = piece.length; left > 0; left--) output.push(output[output.length - piece.distance] ?? 0);
  return Buffer.from(output);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) return Buffer.from(bytes);
  }
}

/** Every form of an element that can hold the piece is used in turn. */
function snappyBlock(pieces: readonly Piece[]): Buffer {
  const elements = pieces.flatMap((piece, index): Buffer[] => {
    if ("literal" in piece) {
      const { literal } = piece;
      if (literal.length === 0) return [];
      if (literal.length <= 60 && index % 2 === 0) return [Buffer.from([(literal.length - 1) << 2]), literal];
      const bytes = literal.length <= 256 ? 1 : 2;
      const head = Buffer.alloc(1 + bytes, (59 + bytes) << 2);
      head.writeUIntLE(literal.length - 1, 1, bytes);
      return [head, literal];
    }
    const { distance, length } = piece;
    if (length >= 4 && length <= 11 && distance < 2_048 && index % 3 === 0)
      return [Buffer.from([((distance >> 8) << 5) | ((length - 4) << 2) | 1, distance & 0xff])];
    const wide = index % 2 === 0;
    const head = Buffer.alloc(wide ? 5 : 3, ((length - 1) << 2) | (wide ? 3 : 2));
    head.writeUIntLE(distance, 1, wide ? 4 : 2);
    return [head];
  });
  return Buffer.concat([varint(expand(pieces).length), ...elements]);
}

function xerial(blocks: readonly Buffer[]): Buffer {
  const head = Buffer.from("\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001", "latin1");
  const sized = blocks.map((block) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    return Buffer.concat([size, block]);
  });
  return Buffer.concat([head, ...sized]);
}

function continued(length: number): Buffer {
  return length < 15
    ? Buffer.alloc(0)
    : Buffer.from([...Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255]);
}

/** Sequences of literal bytes and a repetition; the last one has none. */
function lz4Block(pieces: readonly Piece[]): Buffer {
  const parts: Buffer[] = [];
  let literal = Buffer.alloc(0);
  const sequence = (length: number | null, distance = 0) => {
    const token = (Math.min(literal.length, 15) << 4) | (length === null ? 0 : Math.min(length - 4, 15));
    parts.push(Buffer.from([token]), continued(literal.length), literal);
    if (length !== null) parts.push(Buffer.from([distance & 0xff, distance >> 8]), continued(length - 4));
    literal = Buffer.alloc(0);
  };
  for (const piece of pieces)
    if ("literal" in piece) literal = Buffer.concat([literal, piece.literal]);
    else sequence(piece.length, piece.distance);
  sequence(null);
  return Buffer.concat(parts);
}

function lz4Frame(blocks: readonly { readonly bytes: Buffer; readonly isStored: boolean }[], flags: number): Buffer {
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40]);
  const contentSize = Buffer.alloc((flags & 0b1000) === 0 ? 0 : 8);
  const checksum = Buffer.alloc((flags & 0b1_0000) === 0 ? 0 : 4);
  const sized = blocks.map(({ bytes, isStored }) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length + (isStored ? 0x8000_0000 : 0));
    return Buffer.concat([size, bytes, checksum]);
  });
  return Buffer.concat([head, contentSize, Buffer.alloc(1), ...sized, Buffer.alloc(4), Buffer.alloc(4)]);
}

/** −1 for the error that damaged bytes end in; any other is thrown on. */
function lengthOrError(length: () => number): number {
  try {
    return length();
  } catch (error) {
    if (error instanceof RangeError) return -1;
    throw error;
  }
}

/** Repetitions reach at most to the start of the output. */
const pieces = fc
  .array(
    fc.oneof(
      fc.record({ literal: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) }),
      fc.record({ distance: fc.nat(65_535), length: fc.integer({ min: 4, max: 64 }) }),
    ),
    { maxLength: 30 },
  )
  .map((drawn) => {
    const fitting: Piece[] = [{ literal: Buffer.from("ab") }];
    let length = 2;
    for (const piece of drawn) {
      fitting.push("literal" in piece ? piece : { ...piece, distance: (piece.distance % length) + 1 });
      length += "literal" in piece ? piece.literal.length : piece.length;
    }
    return fitting;
  });

test("snappy is read, as one block and in Java's blocks, with every form of its elements", () => {
  fc.assert(
    fc.property(pieces, pieces, (first, second) => {
      expect(decompress(snappy, snappyBlock(first), lengthMax).equals(expand(first))).toBe(true);
      const both = Buffer.concat([expand(first), expand(second)]);
      expect(decompress(snappy, xerial([snappyBlock(first), snappyBlock(second)]), lengthMax).equals(both)).toBe(true);
    }),
  );
});

test("LZ4 frames are read, with blocks that are stored and blocks that repeat what others hold", () => {
  fc.assert(
    fc.property(pieces, pieces, fc.constantFrom(0x40, 0x60, 0x48, 0x50, 0x5c), (first, second, flags) => {
      const stored = Buffer.from("stored as it is");
      const blocks = [
        { bytes: lz4Block(first), isStored: false },
        { bytes: stored, isStored: true },
        { bytes: lz4Block(second), isStored: false },
      ];
      const expected = expand([...first, { literal: stored }, ...second]);
      expect(decompress(lz4, lz4Frame(blocks, flags), lengthMax).equals(expected)).toBe(true);
    }),
  );
});

test("whatever is cut or changed ends in an error or in other bytes, never in more than is allowed", () => {
  const content: Piece[] = [
    { literal: Buffer.from("abcdefgh") },
    { distance: 3, length: 60 },
    { distance: 60, length: 64 },
  ];
  const compressed: readonly (readonly [codec: number, bytes: Buffer])[] = [
    [snappy, snappyBlock(content)],
    [snappy, xerial([snappyBlock(content)])],
    [lz4, lz4Frame([{ bytes: lz4Block(content), isStored: false }], 0x60)],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...compressed),
      fc.nat(),
      fc.nat(255),
      fc.boolean(),
      ([codec, bytes], at, byte, cuts) => {
        const changed = Buffer.from(cuts ? bytes.subarray(0, at % bytes.length) : bytes);
        if (!cuts) changed[at % bytes.length] = byte;
        expect(lengthOrError(() => decompress(codec, changed, 500).length)).toBeLessThanOrEqual(500);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ["gzip", 1, gzipSync],
  ["zstd", 4, zstdCompressSync],
  ["snappy", snappy, (bytes: Buffer) => snappyBlock([{ literal: bytes.subarray(0, 1) }, ...repeats(bytes.length - 1)])],
  [
    "lz4",
    lz4,
    (bytes: Buffer) =>
      lz4Frame(
        [
          {
            bytes: lz4Block([{ literal: bytes.subarray(0, 1) }, { distance: 1, length: bytes.length - 1 }]),
            isStored: false,
          },
        ],
        0x60,
      ),
  ],
] as const)("a bomb of %s is not unpacked", (_name, codec, compress) => {
  const bomb = compress(Buffer.alloc(6_401));
  expect(decompress(codec, bomb, 6_401)).toEqual(Buffer.alloc(6_401));
  expect(() => decompress(codec, bomb, 6_400)).toThrow(RangeError);
});

function repeats(bytes: number): Piece[] {
  return Array.from({ length: bytes / 64 }, () => ({ distance: 1, length: 64 }));
}

test.each([5, 6, 7])("codec %i is refused", (codec) => {
  expect(() => decompress(codec, Buffer.alloc(10), lengthMax)).toThrow(`codec ${codec}`);
});
