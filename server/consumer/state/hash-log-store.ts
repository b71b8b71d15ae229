import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DedupscopeError } from "#server/shared/errors.ts";
import type { KeyWords } from "../engine/keys.ts";
import { consumerLimits } from "../limits.ts";
import { syncDirectory } from "../checkpoint/epoch-file.ts";
import { FrameLog, readFrames } from "../checkpoint/frame-log.ts";
import { HashTable } from "./hash-table.ts";
import {
  decodeBatch,
  decodeHeader,
  encodeBatch,
  encodeHeader,
  segmentName,
  segmentPattern,
  type SegmentHeader,
} from "./segment.ts";
import type { PositionedView, StateBatch, StateCommit, StateStore, StateStoreOptions } from "./state-store.ts";

interface ClosedSegment {
  readonly name: string;
  readonly maxExpiryMs: number;
}

/**
 * The default store: the live keys in a hash table in memory, every batch's new keys in an append-only log. The log
 * is cut in segments; a segment goes when all its keys have expired, which bounds the disk without copying. Recovery
 * reads the segments, ignores batches that were not committed, and skips what has expired.
 */
export class HashLogStore implements StateStore {
  readonly #options: StateStoreOptions;
  readonly #table: HashTable;
  readonly #closed: ClosedSegment[];
  #log: FrameLog;
  #segmentNumber = 0;
  #activeMaxExpiryMs = -Infinity;
  #appliedWatermarkMs: number;

  private constructor(options: StateStoreOptions, loaded: Loaded, log: FrameLog) {
    this.#options = options;
    this.#table = loaded.table;
    this.#closed = loaded.segments;
    this.#log = log;
    this.#appliedWatermarkMs = options.watermarkMs;
  }

  static async open(options: StateStoreOptions): Promise<HashLogStore> {
    const loaded = await load(options);
    return new HashLogStore(options, loaded, await startSegment(options, 0));
  }

  view(_keys: KeyWords, _count: number): Promise<PositionedView> {
    return Promise.resolve(this.#table);
  }

  async apply(batch: StateBatch): Promise<StateCommit> {
    if (batch.added.length > 0) {
      this.#options.assertHeld();
      if (this.#log.bytes >= consumerLimits.stateSegmentBytesMax) await this.#roll();
      const { payload, maxExpiryMs } = encodeBatch(batch);
      await this.#log.append(payload);
      this.#activeMaxExpiryMs = Math.max(this.#activeMaxExpiryMs, maxExpiryMs);
    }
    for (const row of batch.added)
      this.#table.add({
        keys: batch.keys,
        row,
        expiresAtMs: (batch.eventTimesMs[row] ?? 0) + batch.delayMs,
        partition: batch.partitions[row] ?? 0,
        offset: batch.offsets[row] ?? 0,
      });
    const removed = this.#table.evict(batch.watermarkMs);
    this.#appliedWatermarkMs = batch.watermarkMs;
    return { rows: this.#table.count, removed, mark: this.#mark() };
  }

  async committed(): Promise<void> {
    const expired = this.#closed.findIndex(({ maxExpiryMs }) => maxExpiryMs > this.#appliedWatermarkMs);
    const gone = this.#closed.splice(0, expired < 0 ? this.#closed.length : expired);
    if (gone.length === 0) return;
    await Promise.all(gone.map(({ name }) => rm(join(this.#options.directory, name), { force: true })));
  }

  memoryBytes(): number {
    return this.#table.bytes;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async #roll(): Promise<void> {
    await this.#log.close();
    this.#closed.push({
      name: segmentName(this.#options.epoch, this.#segmentNumber),
      maxExpiryMs: this.#activeMaxExpiryMs,
    });
    this.#segmentNumber += 1;
    this.#activeMaxExpiryMs = -Infinity;
    this.#log = await startSegment(this.#options, this.#segmentNumber);
  }

  #mark(): string {
    return `${segmentName(this.#options.epoch, this.#segmentNumber)} ${this.#log.bytes}`;
  }
}

async function startSegment(options: StateStoreOptions, number: number): Promise<FrameLog> {
  const { directory, epoch, committedBatchId } = options;
  const log = await FrameLog.create(join(directory, segmentName(epoch, number)));
  await log.append(encodeHeader({ epoch, committedBatchId }));
  await syncDirectory(directory);
  return log;
}

interface Loaded {
  readonly table: HashTable;
  readonly segments: ClosedSegment[];
}

async function load(options: StateStoreOptions): Promise<Loaded> {
  const table = new HashTable(options);
  const segments: ClosedSegment[] = [];
  const [markedName, markedBytes] = options.mark?.split(" ") ?? [];
  if (markedName !== undefined && !segmentPattern.test(markedName))
    throw new DedupscopeError("checkpoint-damaged", `the state in ${options.directory} was not kept by the hash log`);
  let markFound = markedName === undefined;
  // Newest first: each epoch says up to which batch the epochs before it count.
  let later: SegmentHeader = { epoch: options.epoch, committedBatchId: options.committedBatchId };
  let lastBatchId = options.committedBatchId;
  const names = (await readdir(options.directory)).filter((name) => segmentPattern.test(name)).toSorted();
  for (const name of names.toReversed()) {
    const file = join(options.directory, name);
    const { payloads, validBytes } = await readFrames(file);
    const [first, ...batches] = payloads;
    if (first === undefined) continue;
    const header = decodeHeader(first, file);
    if (header.epoch !== later.epoch) lastBatchId = Math.min(lastBatchId, later.committedBatchId);
    later = header;
    if (name === markedName) markFound = validBytes >= Number(markedBytes);
    const maxExpiryMs = fill(table, { batches, file, lastBatchId, watermarkMs: options.watermarkMs });
    segments.unshift({ name, maxExpiryMs });
  }
  if (!markFound)
    throw new DedupscopeError(
      "checkpoint-damaged",
      `the state of batch ${options.committedBatchId} is not complete (${markedName} up to byte ${markedBytes}); ` +
        `restore the checkpoint, or delete it to read the topic again from its start`,
    );
  return { table, segments };
}

function fill(
  table: HashTable,
  segment: { batches: readonly Buffer[]; file: string; lastBatchId: number; watermarkMs: number },
): number {
  let maxExpiryMs = -Infinity;
  for (const payload of segment.batches) {
    const entries = decodeBatch(payload, segment.file);
    if (entries.batchId > segment.lastBatchId) continue;
    for (let row = 0; row < entries.count; row++) {
      const expiresAtMs = entries.expiresAtMs[row] ?? 0;
      if (expiresAtMs > maxExpiryMs) maxExpiryMs = expiresAtMs;
      if (expiresAtMs <= segment.watermarkMs) continue;
      table.add({
        keys: entries.keys,
        row,
        expiresAtMs,
        partition: entries.partitions[row] ?? 0,
        offset: entries.offsets[row] ?? 0,
      });
    }
  }
  return maxExpiryMs;
}
