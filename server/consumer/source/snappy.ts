/**
 * Snappy, of which only decoding is needed (https://github.com/google/snappy/blob/main/format_description.txt): length of
 * the output as varint · elements, told apart by the lowest two bits of their first byte: 0 literal bytes, 1–3 a
 * repetition of 4–11, 1–64, 1–64 bytes from a distance of 11, 16, 32 bits.
 *
 * Java's clients cut it into blocks (xerial): 82 "SNAPPY" 0 · version int32 · compatible version int32 · [length int32 ·
 * block]. librdkafka's write one block as it is.
 */
import { CopyingOutput } from "./copying-output.ts";

const xerialMagic = Buffer.from("\u0082SNAPPY\0", "latin1");
const xerialHeaderBytes = 16;

export function decodeSnappy(bytes: Buffer, lengthMax: number): Buffer {
  const isXerial = xerialMagic.equals(bytes.subarray(0, xerialMagic.length));
  if (!isXerial) return decodeBlock(bytes, lengthMax);
  const blocks: Buffer[] = [];
  let left = lengthMax;
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end <= at || end > bytes.length) throw new RangeError("a block ends after the bytes");
    const block = decodeBlock(bytes.subarray(at + 4, end), left);
    left -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

function decodeBlock(bytes: Buffer, lengthMax: number): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++);
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const output = new CopyingOutput(length, lengthMax);
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at++);
    const kind = tag & 0b11;
    if (kind === 0) {
      let literalBytes = (tag >> 2) + 1;
      const lengthBytes = literalBytes - 60;
      if (lengthBytes > 0) {
        literalBytes = bytes.readUIntLE(at, lengthBytes) + 1;
        at += lengthBytes;
      }
      output.append(bytes, at, literalBytes);
      at += literalBytes;
    } else if (kind === 1) output.repeat(((tag >> 5) << 8) | bytes.readUInt8(at++), ((tag >> 2) & 0b111) + 4);
    else {
      const distanceBytes = kind === 2 ? 2 : 4;
      output.repeat(bytes.readUIntLE(at, distanceBytes), (tag >> 2) + 1);
      at += distanceBytes;
    }
  }
  if (output.length !== length) throw new RangeError(`${output.length} bytes instead of ${length}`);
  return output.finished();
}
