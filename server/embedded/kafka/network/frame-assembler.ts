/** Cuts a stream of bytes into request frames: int32 size, then as many bytes. */
const SIZE_BYTES = 4;

export class FrameSizeError extends Error {
  override readonly name = "FrameSizeError";
}

export class FrameAssembler {
  readonly #frameBytesMax: number;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** Bytes of the frame that is arriving, its size included; 0 while the size itself is not there. */
  #neededBytes = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes of a frame that has begun and is not whole. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /**
   * Takes in what has arrived and returns the frames that are whole now, without their size. A frame that lies within
   * one chunk is a view into it. Throws FrameSizeError when a size is negative or above the limit.
   */
  push(chunk: Buffer): Buffer[] {
    if (this.#bufferedBytes + chunk.length < this.#neededBytes) {
      this.#keep(chunk);
      return [];
    }
    const bytes = this.#chunks.length === 0 ? chunk : Buffer.concat([...this.#chunks, chunk]);
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#neededBytes = 0;
    const frames: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= SIZE_BYTES) {
      const size = bytes.readInt32BE(at);
      if (size < 0 || size > this.#frameBytesMax) {
        throw new FrameSizeError(`a frame claims ${size} bytes; 0 to ${this.#frameBytesMax} are allowed`);
      }
      if (bytes.length - at < SIZE_BYTES + size) {
        this.#neededBytes = SIZE_BYTES + size;
        break;
      }
      frames.push(bytes.subarray(at + SIZE_BYTES, at + SIZE_BYTES + size));
      at += SIZE_BYTES + size;
    }
    if (at < bytes.length) this.#keep(at === 0 ? bytes : bytes.subarray(at));
    return frames;
  }

  /** Forgets everything: the connection is gone. */
  clear(): void {
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#neededBytes = 0;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#bufferedBytes += bytes.length;
  }
}
