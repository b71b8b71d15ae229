/**
 * Writes Kafka's wire primitives. Record bytes are kept by reference (`parts`), so that a fetch answer is never
 * assembled into one large buffer.
 * Grammar: https://kafka.apache.org/protocol#protocol_types
 */
const INITIAL_BYTES = 256;
/** From this size on, bytes are passed on by reference instead of being copied. */
const REFERENCE_BYTES_MIN = 2_048;
const TWO_TO_32 = 4_294_967_296;

export function writeInt64(buffer: Buffer, value: number, at: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}

export class Writer {
  #buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #start = 0;
  #at = 0;
  #finished: Buffer[] = [];
  #finishedBytes = 0;

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#finishedBytes + this.#at - this.#start;
  }

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#buffer.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#reserve(8);
    writeInt64(this.#buffer, value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    this.int16(length);
    const at = this.#reserve(length);
    this.#buffer.write(value, at);
    return this;
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value);
  }

  bytes(value: Buffer): this {
    return this.int32(value.length).raw(value);
  }

  nullableBytes(value: Buffer | null): this {
    return value === null ? this.int32(-1) : this.bytes(value);
  }

  array<T>(values: readonly T[], element: (value: T) => void): this {
    this.int32(values.length);
    for (const value of values) element(value);
    return this;
  }

  compactArray<T>(values: readonly T[], element: (value: T) => void): this {
    this.unsignedVarint(values.length + 1);
    for (const value of values) element(value);
    return this;
  }

  compactString(value: string): this {
    const bytes = Buffer.from(value);
    return this.unsignedVarint(bytes.length + 1).raw(bytes);
  }

  compactNullableString(value: string | null): this {
    return value === null ? this.unsignedVarint(0) : this.compactString(value);
  }

  unsignedVarint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.int8((((rest & 0x7f) | 0x80) << 24) >> 24);
      rest = Math.floor(rest / 128);
    }
    return this.int8(rest);
  }

  noTaggedFields(): this {
    return this.unsignedVarint(0);
  }

  /** Appends bytes as they are; large ones by reference, so the caller must not change them afterwards. */
  raw(value: Buffer): this {
    if (value.length < REFERENCE_BYTES_MIN) {
      const at = this.#reserve(value.length);
      value.copy(this.#buffer, at);
      return this;
    }
    this.#finish();
    this.#finished.push(value);
    this.#finishedBytes += value.length;
    return this;
  }

  /** Everything written, in order. The writer must not be used afterwards. */
  parts(): Buffer[] {
    this.#finish();
    return this.#finished;
  }

  /** Everything written, in one buffer. */
  toBuffer(): Buffer {
    return Buffer.concat(this.parts());
  }

  #finish(): void {
    if (this.#at === this.#start) return;
    this.#finished.push(this.#buffer.subarray(this.#start, this.#at));
    this.#finishedBytes += this.#at - this.#start;
    this.#start = this.#at;
  }

  #reserve(length: number): number {
    if (this.#at + length > this.#buffer.length) {
      const written = this.#buffer.subarray(this.#start, this.#at);
      const grown = Buffer.allocUnsafe(Math.max((written.length + length) * 2, INITIAL_BYTES));
      written.copy(grown);
      this.#at = written.length;
      this.#start = 0;
      this.#buffer = grown;
    }
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
