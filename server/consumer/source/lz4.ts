/**
 * LZ4 frames, of which only decoding is needed (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md): magic uint32
 * · flags · block size class · [content size uint64] · [dictionary uint32] · checksum of the header uint8 · [block size
 * uint32, highest bit: stored as it is · block · [checksum uint32]] · 0 uint32 · [checksum uint32]. All little-endian.
 * The checksums are left alone: the batch has one of its own over all of this.
 *
 * Block: [token, 4 bits of literal bytes, 4 of the repetition's length − 4, 15 is continued in bytes up to one that is not
 * 255 · literal bytes · distance uint16]; the last one ends after its literal bytes.
 */
import { CopyingOutput } from "./copying-output.ts";

const magic = 0x184d2204;
const contentSizeFlag = 0b1000;
const dictionaryFlag = 0b1;
const blockChecksumFlag = 0b1_0000;
const storedBit = 0x8000_0000;
const sizeFirst = 65_536;

export function decodeLz4(bytes: Buffer, lengthMax: number): Buffer {
  if (bytes.readUInt32LE(0) !== magic) throw new RangeError("it does not begin as an LZ4 frame does");
  const flags = bytes.readUInt8(4);
  if ((flags & dictionaryFlag) !== 0) throw new RangeError("it needs a dictionary");
  let at = 7 + ((flags & contentSizeFlag) === 0 ? 0 : 8);
  const checksumBytes = (flags & blockChecksumFlag) === 0 ? 0 : 4;
  const output = new CopyingOutput(Math.min(sizeFirst, lengthMax), lengthMax);
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return output.finished();
    const isStored = size >= storedBit;
    const length = isStored ? size - storedBit : size;
    if (at + length > bytes.length) throw new RangeError("a block ends after the bytes");
    if (isStored) output.append(bytes, at, length);
    else decodeBlock(bytes.subarray(at, at + length), output);
    at += length + checksumBytes;
  }
}

/** Repetitions may reach back into blocks before. */
function decodeBlock(block: Buffer, output: CopyingOutput): void {
  let at = 0;
  const continued = (length: number): number => {
    if (length < 15) return length;
    let sum = length;
    for (;;) {
      const more = block.readUInt8(at++);
      sum += more;
      if (more < 255) return sum;
    }
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literalBytes = continued(token >> 4);
    output.append(block, at, literalBytes);
    at += literalBytes;
    if (at >= block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, continued(token & 0b1111) + 4);
  }
}
