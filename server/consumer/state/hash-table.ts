import { hashKey, type KeyWords } from "../engine/keys.ts";
import { consumerLimits } from "../limits.ts";

const chunkBitsDefault = 15;
const none = -1;
const lowWord = 0x1_0000_0000;
/** Expiry buckets in one watermark delay: finer means less scanning, coarser fewer lists. */
const bucketsPerDelay = 512;

/** Columns of 2^chunkBits entries: 42 bytes an entry. Times and offsets are 48-bit, split in 32 and 16. */
interface Chunk {
  readonly keys: KeyWords;
  readonly expiryLow: Uint32Array;
  readonly expiryHigh: Uint16Array;
  readonly partitions: Uint16Array;
  readonly offsetLow: Uint32Array;
  readonly offsetHigh: Uint16Array;
  readonly nextInBucket: Int32Array;
  readonly nextToExpire: Int32Array;
}

function newChunk(entries: number): Chunk {
  return {
    keys: new Uint32Array(entries * 4),
    expiryLow: new Uint32Array(entries),
    expiryHigh: new Uint16Array(entries),
    partitions: new Uint16Array(entries),
    offsetLow: new Uint32Array(entries),
    offsetHigh: new Uint16Array(entries),
    nextInBucket: new Int32Array(entries),
    nextToExpire: new Int32Array(entries),
  };
}

export interface NewEntry {
  readonly keys: KeyWords;
  readonly row: number;
  readonly expiresAtMs: number;
  readonly partition: number;
  readonly offset: number;
}

/** Entries that expire at about the same time, linked by `nextToExpire`. */
interface ExpiryList {
  head: number;
  count: number;
}

/**
 * Keys with expiry and first position in typed arrays. It grows by linear hashing (one bucket is split per insert,
 * chunks are never copied), so no insert pauses. Entries that expire together hang in one list: an eviction drops whole
 * lists, which nobody finds any more, and gives the places of a bounded number of entries back.
 */
export class HashTable {
  readonly #seed: number;
  readonly #chunkBits: number;
  readonly #chunkMask: number;
  readonly #bucketMs: number;
  readonly #chunks: Chunk[] = [];
  readonly #heads: Int32Array[] = [];
  readonly #expiryLists = new Map<number, ExpiryList>();
  /** Heads of lists that have expired and still take up places. */
  readonly #dropped: number[] = [];
  #evictedMs = -Infinity;
  /** Buckets at the start of the present doubling, a power of two; `#split` of them are already split. */
  #level: number;
  #split = 0;
  #used = 0;
  #free = none;
  /** Entries that live, and those that have a place in a bucket. */
  #count = 0;
  #placed = 0;

  /** `chunkBits`: fewer for a table that stays small. */
  constructor(options: { readonly delayMs: number; readonly seed: number; readonly chunkBits?: number }) {
    this.#seed = options.seed;
    this.#chunkBits = options.chunkBits ?? chunkBitsDefault;
    this.#chunkMask = (1 << this.#chunkBits) - 1;
    this.#level = 1 << this.#chunkBits;
    this.#bucketMs = Math.max(1, Math.ceil(options.delayMs / bucketsPerDelay));
    this.#heads.push(new Int32Array(1 << this.#chunkBits).fill(none));
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return (this.#chunks.length * 42 + this.#heads.length * 4) * (this.#chunkMask + 1);
  }

  find(keys: KeyWords, row: number): number {
    const at = row * 4;
    let entry = this.#head(this.#bucketOf(hashKey(keys, row, this.#seed)));
    while (entry !== none) {
      const chunk = this.#chunk(entry);
      const own = (entry & this.#chunkMask) * 4;
      if (
        chunk.keys[own] === keys[at] &&
        chunk.keys[own + 1] === keys[at + 1] &&
        chunk.keys[own + 2] === keys[at + 2] &&
        chunk.keys[own + 3] === keys[at + 3] &&
        expiryOf(chunk, entry & this.#chunkMask) > this.#evictedMs
      )
        return entry;
      entry = chunk.nextInBucket[entry & this.#chunkMask] ?? none;
    }
    return none;
  }

  /** Where the record of an entry stands. */
  position(entry: number): { readonly partition: number; readonly offset: number } {
    const chunk = this.#chunk(entry);
    const at = entry & this.#chunkMask;
    return {
      partition: chunk.partitions[at] ?? 0,
      offset: (chunk.offsetHigh[at] ?? 0) * lowWord + (chunk.offsetLow[at] ?? 0),
    };
  }

  /** Adds an entry whose key is known to be absent; it expires after everything that was evicted. */
  add(entry: NewEntry): void {
    const index = this.#allocate();
    const chunk = this.#chunk(index);
    const at = index & this.#chunkMask;
    for (let word = 0; word < 4; word++) chunk.keys[at * 4 + word] = entry.keys[entry.row * 4 + word] ?? 0;
    chunk.expiryLow[at] = entry.expiresAtMs % lowWord;
    chunk.expiryHigh[at] = Math.floor(entry.expiresAtMs / lowWord);
    chunk.partitions[at] = entry.partition;
    chunk.offsetLow[at] = entry.offset % lowWord;
    chunk.offsetHigh[at] = Math.floor(entry.offset / lowWord);
    const bucket = this.#bucketOf(hashKey(chunk.keys, at, this.#seed));
    chunk.nextInBucket[at] = this.#head(bucket);
    this.#setHead(bucket, index);
    this.#hangInList(index, entry.expiresAtMs);
    this.#count += 1;
    this.#placed += 1;
    if (this.#placed > this.#level + this.#split) this.#splitBucket();
  }

  /**
   * Removes every entry that expires at or before `watermarkMs`, which never goes back; returns how many. At most
   * `consumerLimits.placesFreedMax` places are given back at once, the others in later calls.
   */
  evict(watermarkMs: number): number {
    const before = this.#count;
    const last = Math.floor(watermarkMs / this.#bucketMs);
    this.#evictedMs = Math.max(this.#evictedMs, watermarkMs);
    // A copy, for the survivors of the last list are hung up again while this goes on.
    for (const [list, { head, count }] of Array.from(this.#expiryLists)) {
      if (list > last) continue;
      this.#expiryLists.delete(list);
      this.#count -= count;
      if (list < last) this.#dropped.push(head);
      else this.#divideList(head, watermarkMs);
    }
    this.#freePlaces(consumerLimits.placesFreedMax);
    return before - this.#count;
  }

  /** Drops the entries of a list that have expired, and hangs up the others again. */
  #divideList(head: number, watermarkMs: number): void {
    let dropped = none;
    for (let index = head; index !== none;) {
      const chunk = this.#chunk(index);
      const at = index & this.#chunkMask;
      const next = chunk.nextToExpire[at] ?? none;
      const expiresAtMs = expiryOf(chunk, at);
      if (expiresAtMs > watermarkMs) {
        this.#hangInList(index, expiresAtMs);
        this.#count += 1;
      } else {
        chunk.nextToExpire[at] = dropped;
        dropped = index;
      }
      index = next;
    }
    if (dropped !== none) this.#dropped.push(dropped);
  }

  #freePlaces(atMost: number): void {
    let left = atMost;
    for (let index = this.#dropped.pop() ?? none; index !== none; index = this.#dropped.pop() ?? none) {
      for (; index !== none && left > 0; left--) {
        const chunk = this.#chunk(index);
        const at = index & this.#chunkMask;
        const next = chunk.nextToExpire[at] ?? none;
        this.#unlink(index);
        chunk.nextInBucket[at] = this.#free;
        this.#free = index;
        this.#placed -= 1;
        index = next;
      }
      if (index === none) continue;
      this.#dropped.push(index);
      return;
    }
  }

  #hangInList(index: number, expiresAtMs: number): void {
    const number = Math.floor(expiresAtMs / this.#bucketMs);
    let list = this.#expiryLists.get(number);
    if (list === undefined) this.#expiryLists.set(number, (list = { head: none, count: 0 }));
    this.#chunk(index).nextToExpire[index & this.#chunkMask] = list.head;
    list.head = index;
    list.count += 1;
  }

  #unlink(index: number): void {
    const own = this.#chunk(index);
    const at = index & this.#chunkMask;
    const bucket = this.#bucketOf(hashKey(own.keys, at, this.#seed));
    const next = own.nextInBucket[at] ?? none;
    let before = this.#head(bucket);
    if (before === index) {
      this.#setHead(bucket, next);
      return;
    }
    for (;;) {
      const links = this.#chunk(before).nextInBucket;
      const following = links[before & this.#chunkMask] ?? none;
      if (following === index) {
        links[before & this.#chunkMask] = next;
        return;
      }
      before = following;
    }
  }

  #allocate(): number {
    if (this.#free !== none) {
      const index = this.#free;
      this.#free = this.#chunk(index).nextInBucket[index & this.#chunkMask] ?? none;
      return index;
    }
    if ((this.#used & this.#chunkMask) === 0) this.#chunks.push(newChunk(1 << this.#chunkBits));
    return this.#used++;
  }

  #splitBucket(): void {
    const from = this.#split;
    const to = from + this.#level;
    if ((to & this.#chunkMask) === 0) this.#heads.push(new Int32Array(1 << this.#chunkBits).fill(none));
    let entry = this.#head(from);
    let low = none;
    let high = none;
    this.#split += 1;
    while (entry !== none) {
      const chunk = this.#chunk(entry);
      const at = entry & this.#chunkMask;
      const next = chunk.nextInBucket[at] ?? none;
      const goesHigh = this.#bucketOf(hashKey(chunk.keys, at, this.#seed)) === to;
      chunk.nextInBucket[at] = goesHigh ? high : low;
      if (goesHigh) high = entry;
      else low = entry;
      entry = next;
    }
    this.#setHead(from, low);
    this.#setHead(to, high);
    if (this.#split === this.#level) {
      this.#level *= 2;
      this.#split = 0;
    }
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#level - 1);
    return bucket < this.#split ? hash & (this.#level * 2 - 1) : bucket;
  }

  #head(bucket: number): number {
    return this.#heads[bucket >>> this.#chunkBits]?.[bucket & this.#chunkMask] ?? none;
  }

  #setHead(bucket: number, entry: number): void {
    const heads = this.#heads[bucket >>> this.#chunkBits];
    if (heads !== undefined) heads[bucket & this.#chunkMask] = entry;
  }

  #chunk(entry: number): Chunk {
    const chunk = this.#chunks[entry >>> this.#chunkBits];
    if (chunk === undefined) throw new Error(`no entry ${entry} in a table of ${this.#used}`);
    return chunk;
  }
}

function expiryOf(chunk: Chunk, at: number): number {
  return (chunk.expiryHigh[at] ?? 0) * lowWord + (chunk.expiryLow[at] ?? 0);
}
