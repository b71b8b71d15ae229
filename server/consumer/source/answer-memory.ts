import { consumerLimits } from "../limits.ts";

/** The memory of one answer. Whoever still reads from it holds it; when nobody does, another answer may use it. */
export class AnswerMemory {
  readonly bytes: Buffer;
  readonly #giveBack: (bytes: Buffer) => void;
  #holders = 1;

  /** Held by whoever made it. */
  constructor(bytes: Buffer, giveBack: (bytes: Buffer) => void) {
    this.bytes = bytes;
    this.#giveBack = giveBack;
  }

  hold(): void {
    if (this.#holders === 0) throw new Error("the memory of this answer was given back");
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#giveBack(this.bytes);
  }
}

/**
 * Memory for answers, used again and again. Half a gigabyte of answers in a million records would otherwise wait for the
 * garbage collector, which either lets it pile up or runs all the time.
 */
export class AnswerPool {
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** At least `bytes`, and held once; what it contains is left over from another answer. */
  take(bytes: number): AnswerMemory {
    // Small answers are not worth the bookkeeping.
    if (bytes < consumerLimits.pooledBytesMin) return new AnswerMemory(Buffer.allocUnsafe(bytes), () => {});
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const found = this.#free.findIndex((free) => free.length === size);
    const [free] = found < 0 ? [] : this.#free.splice(found, 1);
    if (free !== undefined) this.#freeBytes -= size;
    return new AnswerMemory(free ?? Buffer.allocUnsafeSlow(size), (given) => this.#takeBack(given));
  }

  #takeBack(bytes: Buffer): void {
    if (this.#freeBytes + bytes.length > consumerLimits.pooledBytesMax) return;
    this.#free.push(bytes);
    this.#freeBytes += bytes.length;
  }
}
