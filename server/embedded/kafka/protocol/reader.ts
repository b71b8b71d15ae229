/**
 * Reads Kafka's wire primitives from one request frame. Every read is checked against the frame's end, and an array's
 * length against what the rest of the frame could hold, so that a lying length never allocates.
 * Grammar: https://kafka.apache.org/protocol#protocol_types
 */
import { MalformedRequestError } from "./malformed-request-error.ts";

/** Elements of all arrays of one request together; a request with more is malformed. */
const REQUEST_ELEMENTS_MAX = 200_000;
const TWO_TO_32 = 4_294_967_296;

/** An int64 as a number; exact up to 2^53, which offsets, timestamps in milliseconds and producer ids stay below. */
export function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_TO_32 + buffer.readUInt32BE(at + 4);
}

export class Reader {
  readonly #buffer: Buffer;
  #at = 0;
  #elementsRead = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get remaining(): number {
    return this.#buffer.length - this.#at;
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

  int64(): number {
    return readInt64(this.#buffer, this.#advance(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  string(): string {
    const value = this.nullableString();
    if (value === null) throw new MalformedRequestError("a string is null where the protocol allows none");
    return value;
  }

  nullableString(): string | null {
    return this.#text(this.int16());
  }

  compactString(): string {
    const value = this.#text(this.unsignedVarint() - 1);
    if (value === null) throw new MalformedRequestError("a compact string is null where the protocol allows none");
    return value;
  }

  /** A view into the frame, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.int32();
    if (length === -1) return null;
    const start = this.#advance(length);
    return this.#buffer.subarray(start, start + length);
  }

  bytes(): Buffer {
    const value = this.nullableBytes();
    if (value === null) throw new MalformedRequestError("a bytes field is null where the protocol allows none");
    return value;
  }

  /** Reads an array; a null array reads as null. */
  nullableArray<T>(element: (reader: Reader) => T): T[] | null {
    return this.#elements(this.int32(), element);
  }

  array<T>(element: (reader: Reader) => T): T[] {
    return this.nullableArray(element) ?? [];
  }

  compactArray<T>(element: (reader: Reader) => T): T[] {
    return this.compactNullableArray(element) ?? [];
  }

  /** Reads a compact array; a null array reads as null. */
  compactNullableArray<T>(element: (reader: Reader) => T): T[] | null {
    return this.#elements(this.unsignedVarint() - 1, element);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedRequestError("a varint is longer than five bytes");
  }

  skipTaggedFields(): void {
    const count = this.unsignedVarint();
    for (let index = 0; index < count; index += 1) {
      this.unsignedVarint();
      this.#advance(this.unsignedVarint());
    }
  }

  #elements<T>(length: number, element: (reader: Reader) => T): T[] | null {
    if (length === -1) return null;
    if (length < 0 || length > this.remaining) {
      throw new MalformedRequestError(`an array claims ${length} elements, ${this.remaining} bytes are left`);
    }
    this.#elementsRead += length;
    if (this.#elementsRead > REQUEST_ELEMENTS_MAX) {
      throw new MalformedRequestError(`the arrays hold more than ${REQUEST_ELEMENTS_MAX} elements`);
    }
    const values: T[] = [];
    for (let index = 0; index < length; index += 1) values.push(element(this));
    return values;
  }

  #text(length: number): string | null {
    if (length === -1) return null;
    const start = this.#advance(length);
    return this.#buffer.toString("utf8", start, start + length);
  }

  #advance(length: number): number {
    if (length < 0 || length > this.remaining) {
      throw new MalformedRequestError(`a field claims ${length} bytes, ${this.remaining} are left`);
    }
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
