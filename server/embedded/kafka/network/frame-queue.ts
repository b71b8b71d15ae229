/** Requests that wait behind the one being answered, first in first out; taking one costs the same however many wait. */
const TAKEN_MIN = 1_024;

export class FrameQueue {
  #frames: Buffer[] = [];
  /** Frames before this one have been taken. */
  #next = 0;
  #bytes = 0;

  /** Bytes of the frames that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a copy: the frame's own bytes will be overwritten. */
  push(frame: Buffer): void {
    this.#frames.push(Buffer.from(frame));
    this.#bytes += frame.length;
  }

  /** Undefined when none waits. */
  take(): Buffer | undefined {
    const frame = this.#frames[this.#next];
    if (frame === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= frame.length;
    if (this.#next >= TAKEN_MIN && this.#next * 2 >= this.#frames.length) this.#forgetTaken();
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#next = 0;
    this.#bytes = 0;
  }

  #forgetTaken(): void {
    this.#frames = this.#frames.slice(this.#next);
    this.#next = 0;
  }
}
