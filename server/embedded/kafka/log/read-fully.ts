import { readSync, writeSync } from "node:fs";

/** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
export function readFully(descriptor: number, range: { position: number; length: number }): Buffer {
  const buffer = Buffer.allocUnsafeSlow(range.length);
  return buffer.subarray(0, readInto(descriptor, buffer, range.position));
}

/** Fills `buffer` from `position` on; returns how many bytes there were. */
function readInto(descriptor: number, buffer: Buffer, position: number): number {
  let done = 0;
  while (done < buffer.length) {
    const count = readSync(descriptor, buffer, done, buffer.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Writes all of `buffer` at `position`: into the page cache, which outlives the process but not the machine. */
export function writeFully(descriptor: number, buffer: Buffer, position: number): void {
  let done = 0;
  while (done < buffer.length) {
    done += writeSync(descriptor, buffer, done, buffer.length - done, position + done);
  }
}
