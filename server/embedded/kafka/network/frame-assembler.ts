/** Cuts a stream of bytes into request frames: int32 size, then as many bytes. */
const SIZE_BYTES = 4;
/** A buffer for frames that come in pieces is kept for the next one up to this size. */
const KEPT_BYTES_MAX = 2_097_152;
const NO_BYTES: Buffer = Buffer.alloc(0);

export class FrameSizeError extends Error {
  override readonly name = "FrameSizeError";
}

export class FrameAssembler {
  readonly #frameBytesMax: number;
  /** Holds the beginning of a frame, its size included; grows with what has arrived, not with what is announced. */
  #buffer: Buffer = NO_BYTES;
  #bufferedBytes = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes of a frame that has begun and is not whole. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /**
   * Takes in what has arrived and calls `onFrame` for each frame that is whole now, without its size. The frame is a view
   * into bytes that the next call may overwrite. Throws FrameSizeError when a size is negative or above the limit.
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bufferedBytes === 0 && chunk.length - at >= SIZE_BYTES) {
        const end = at + SIZE_BYTES + this.#checkedSize(chunk, at);
        if (end <= chunk.length) {
          onFrame(chunk.subarray(at + SIZE_BYTES, end));
          at = end;
          continue;
        }
      }
      at += this.#take(chunk, at);
      this.#deliver(onFrame);
    }
  }

  /** Forgets everything: the connection is gone. */
  clear(): void {
    this.#buffer = NO_BYTES;
    this.#bufferedBytes = 0;
  }

  /** Buffers what the frame that is arriving still needs; returns how much of the chunk that was. */
  #take(chunk: Buffer, at: number): number {
    const isSizeKnown = this.#bufferedBytes >= SIZE_BYTES;
    const neededBytes = isSizeKnown ? SIZE_BYTES + this.#checkedSize(this.#buffer, 0) : SIZE_BYTES;
    const takenBytes = Math.min(neededBytes - this.#bufferedBytes, chunk.length - at);
    this.#reserve(this.#bufferedBytes + takenBytes);
    chunk.copy(this.#buffer, this.#bufferedBytes, at, at + takenBytes);
    this.#bufferedBytes += takenBytes;
    return takenBytes;
  }

  #deliver(onFrame: (frame: Buffer) => void): void {
    if (this.#bufferedBytes < SIZE_BYTES) return;
    const frameBytes = SIZE_BYTES + this.#checkedSize(this.#buffer, 0);
    if (this.#bufferedBytes < frameBytes) return;
    const frame = this.#buffer.subarray(SIZE_BYTES, frameBytes);
    this.#bufferedBytes = 0;
    if (this.#buffer.length > KEPT_BYTES_MAX) this.#buffer = NO_BYTES;
    onFrame(frame);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(bytes * 2, SIZE_BYTES + this.#frameBytesMax));
    this.#buffer.copy(grown, 0, 0, this.#bufferedBytes);
    this.#buffer = grown;
  }

  #checkedSize(bytes: Buffer, at: number): number {
    const size = bytes.readInt32BE(at);
    if (size < 0 || size > this.#frameBytesMax) {
      throw new FrameSizeError(`a frame claims ${size} bytes; 0 to ${this.#frameBytesMax} are allowed`);
    }
    return size;
  }
}
