/** Reads Kafka's primitive types from a buffer in order; throws a RangeError where it ends too early. */
export class Cursor {
  readonly #buffer: Buffer;
  #position: number;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#advance(8));
  }

  /** Zigzag varint of at most 32 bits: lengths and counts inside a record. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#advance(1));
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError("a varint is longer than five bytes");
  }

  skipVarlong(): void {
    for (let read = 0; read < 10; read += 1) if ((this.int8() & 0x80) === 0) return;
    throw new RangeError("a varlong is longer than ten bytes");
  }

  /** Bytes of a given length; a negative one stands for null and reads as empty. */
  bytes(length: number): Buffer {
    const start = this.#advance(Math.max(0, length));
    return this.#buffer.subarray(start, this.#position);
  }

  /** int16 length and bytes; null reads as the empty string. */
  string(): string {
    return this.bytes(this.int16()).toString("utf8");
  }

  /** int32 count and that many items. */
  array<Item>(read: () => Item): Item[] {
    const count = this.int32();
    if (count > this.#buffer.length) throw new RangeError(`an array of ${count} items does not fit into its frame`);
    return Array.from({ length: Math.max(0, count) }, read);
  }

  #advance(bytes: number): number {
    const start = this.#position;
    if (start + bytes > this.#buffer.length)
      throw new RangeError(`expected ${bytes} more bytes at ${start} of ${this.#buffer.length}`);
    this.#position += bytes;
    return start;
  }
}
