/**
 * What the decoders of snappy and LZ4 have in common: an output that repeats what stands before its end.
 */
export class CopyingOutput {
  bytes: Buffer;
  length = 0;
  readonly #lengthMax: number;

  /** `size`: as many bytes as are expected; it grows up to `lengthMax`. */
  constructor(size: number, lengthMax: number) {
    if (size > lengthMax) throw new RangeError(`${size} bytes are more than the ${lengthMax} that a batch may have`);
    this.bytes = Buffer.allocUnsafe(size);
    this.#lengthMax = lengthMax;
  }

  append(source: Buffer, start: number, length: number): void {
    if (start + length > source.length) throw new RangeError("literal bytes are missing");
    this.#makeRoom(length);
    source.copy(this.bytes, this.length, start, start + length);
    this.length += length;
  }

  /** Repeats `length` bytes from `distance` before the end on; they may reach into what is being written. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.length) throw new RangeError("a repetition begins before the output");
    this.#makeRoom(length);
    const { bytes } = this;
    let from = this.length - distance;
    if (distance >= length) bytes.copyWithin(this.length, from, from + length);
    else for (let to = this.length; to < this.length + length; to++) bytes[to] = bytes[from++] ?? 0;
    this.length += length;
  }

  finished(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  #makeRoom(length: number): void {
    const needed = this.length + length;
    if (needed <= this.bytes.length) return;
    if (needed > this.#lengthMax) throw new RangeError(`more than the ${this.#lengthMax} bytes that a batch may have`);
    const grown = Buffer.allocUnsafe(Math.min(this.#lengthMax, Math.max(needed, this.bytes.length * 2)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
