/** One partition: its segments on disk, what it remembers of its producers, and who waits for its next record. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSequence, isExpired, rememberBatch } from "../producer-state/sequence-check.ts";
import type { ProducerEntry } from "../producer-state/sequence-check.ts";
import { encodeSnapshot } from "../producer-state/snapshot.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { placeBatch, stampLogAppendTime } from "../records/batch-header.ts";
import type { BatchHeader } from "../records/batch-header.ts";
import type { LogPolicy } from "./log-policy.ts";
import type { OpenFiles } from "./open-files.ts";
import { recoverLog } from "./recovery.ts";
import { expiredSegments } from "./retention.ts";
import { Segment, offsetFileName } from "./segment.ts";
import { bytesFrom, firstBatchSince, readBatches } from "./segments.ts";
import type { ReadRange } from "./segments.ts";

/** Snapshots kept, so that a damaged newest one costs a longer replay and not the producers' state. */
const SNAPSHOTS_KEPT = 2;
/** What a fresh append answers as its log append time on a CreateTime topic. */
const NO_TIMESTAMP = -1;

/** There is one replica that always leads: the epoch never changes. */
export const LEADER_EPOCH = 0;

export type AppendOutcome =
  | { readonly kind: "appended" | "duplicate"; readonly baseOffset: number; readonly logAppendTime: number }
  | { readonly kind: "refused"; readonly error: ErrorCode };

/** What was counted since the process started. */
export interface PartitionCounters {
  /** Records of successful produce requests, duplicates included: what Apache Kafka calls MessagesInPerSec. */
  messagesIn: number;
  duplicateBatches: number;
  duplicateRecords: number;
}

export interface PartitionLogOptions {
  readonly directory: string;
  readonly files: OpenFiles;
  readonly policy: () => LogPolicy;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Where DeleteRecords has moved the log start; 0 when it never did. */
  readonly logStart: number;
}

export class PartitionLog {
  readonly counters: PartitionCounters = { messagesIn: 0, duplicateBatches: 0, duplicateRecords: 0 };
  /** Bytes of a torn tail that were cut when the log was opened. */
  readonly cutBytes: number;
  readonly #options: PartitionLogOptions;
  readonly #listeners = new Set<(appendedBytes: number) => void>();
  readonly #producers: Map<number, ProducerEntry>;
  readonly #segments: Segment[];
  readonly #snapshotOffsets: number[];
  #logStart: number;
  /** Segments with bytes that only the page cache may hold. */
  readonly #unflushed = new Set<Segment>();

  constructor(options: PartitionLogOptions) {
    this.#options = options;
    const recovered = recoverLog(options.directory, options.files);
    this.cutBytes = recovered.cutBytes;
    this.#segments = recovered.segments;
    this.#producers = recovered.producers;
    this.#snapshotOffsets = recovered.snapshotOffsets;
    this.#logStart = Math.max(options.logStart, this.#segments[0]?.baseOffset ?? 0);
  }

  get logStart(): number {
    return this.#logStart;
  }

  /** The offset that the next record gets; also the high watermark, for there is one replica. */
  get logEnd(): number {
    return this.#segments.at(-1)?.extent.endOffset ?? this.#logStart;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.extent.sizeBytes, 0);
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  get producers(): ReadonlyMap<number, ProducerEntry> {
    return this.#producers;
  }

  /** Judges a batch by the sequence rules and appends it when they allow. The batch's bytes are changed in place. */
  append(batch: Buffer, header: BatchHeader): AppendOutcome {
    const policy = this.#options.policy();
    const isBrokerTime = policy.timestampType === "LogAppendTime";
    if (!isBrokerTime && header.maxTimestamp - this.#options.clock() > policy.timestampAfterMaxMs) {
      return { kind: "refused", error: ErrorCode.INVALID_TIMESTAMP };
    }
    if (header.sizeBytes > policy.segmentBytes) return { kind: "refused", error: ErrorCode.RECORD_LIST_TOO_LARGE };
    if (header.producerId >= 0) {
      const verdict = checkSequence(this.#producers.get(header.producerId), header);
      if (verdict.kind === "refused") {
        const isStale = verdict.reason === "stale-epoch";
        return {
          kind: "refused",
          error: isStale ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        };
      }
      if (verdict.kind === "duplicate") {
        this.counters.duplicateBatches += 1;
        this.counters.duplicateRecords += header.count;
        this.counters.messagesIn += header.count;
        const { baseOffset, maxTimestamp } = verdict.original;
        return { kind: "duplicate", baseOffset, logAppendTime: maxTimestamp };
      }
    }
    if (isBrokerTime) {
      header.maxTimestamp = this.#options.clock();
      stampLogAppendTime(batch, header.maxTimestamp);
    }
    const baseOffset = this.#store(batch, header, policy);
    if (header.producerId >= 0) {
      this.#producers.set(header.producerId, rememberBatch(this.#producers.get(header.producerId), header));
    }
    this.counters.messagesIn += header.count;
    return { kind: "appended", baseOffset, logAppendTime: isBrokerTime ? header.maxTimestamp : NO_TIMESTAMP };
  }

  /** Appends a control batch, which no sequence rule concerns. */
  appendMarker(batch: Buffer, header: BatchHeader): { baseOffset: number } {
    return { baseOffset: this.#store(batch, header, this.#options.policy()) };
  }

  /** Raw batches from an offset on; the caller has checked that it lies between log start and log end. */
  read(range: ReadRange): Buffer {
    return readBatches(this.#segments, range);
  }

  bytesFrom(offset: number): number {
    return bytesFrom(this.#segments, offset);
  }

  firstBatchSince(timestamp: number): { header: BatchHeader; batch: Buffer } | null {
    return firstBatchSince(this.#segments, { timestamp, fromOffset: this.#logStart });
  }

  /** Milliseconds; -1 when the log is empty. */
  get maxTimestamp(): number {
    return this.#segments.reduce((max, segment) => Math.max(max, segment.extent.maxTimestamp), -1);
  }

  /** Tells of every append; returns the function that ends it. */
  subscribe(listener: (appendedBytes: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Moves the log start forward; segments before it go at the next retention sweep. */
  moveLogStart(offset: number): void {
    this.#logStart = Math.max(this.#logStart, Math.min(offset, this.logEnd));
  }

  /**
   * Removes the segments that are too old ("time") or too many ("size"); the log start moves with them. Returns how many
   * went. What the log start has passed goes either way.
   */
  applyRetention(by: "time" | "size"): number {
    const extents = this.#segments.map((segment) => segment.extent);
    const { retentionMs, retentionBytes } = this.#options.policy();
    const limits =
      by === "time"
        ? { retentionMs, retentionBytes: -1, nowMs: this.#options.clock(), logStart: this.#logStart }
        : { retentionMs: -1, retentionBytes, nowMs: null, logStart: this.#logStart };
    return this.removeOldest(expiredSegments(extents, limits));
  }

  /** Removes the oldest segments; the last one's offset lives on in an empty successor. */
  removeOldest(count: number): number {
    if (count === 0) return 0;
    if (count >= this.#segments.length) this.#roll();
    for (const segment of this.#segments.splice(0, count)) {
      this.#unflushed.delete(segment);
      segment.remove();
    }
    this.#logStart = Math.max(this.#logStart, this.#segments[0]?.baseOffset ?? 0);
    return count;
  }

  /** Forgets producers whose last batch is too old. Returns how many. */
  expireProducers(expirationMs: number): number {
    const nowMs = this.#options.clock();
    let expired = 0;
    for (const [producerId, entry] of this.#producers) {
      if (!isExpired(entry, { nowMs, expirationMs })) continue;
      this.#producers.delete(producerId);
      expired += 1;
    }
    return expired;
  }

  /** Asks the operating system to write what was appended to the disk itself. */
  async flush(): Promise<void> {
    for (const segment of this.#unflushed) {
      this.#unflushed.delete(segment);
      try {
        await segment.flush();
      } catch (error) {
        // Retention may have removed it meanwhile; otherwise the next flush tries again.
        if (!this.#segments.includes(segment)) continue;
        this.#unflushed.add(segment);
        throw error;
      }
    }
  }

  /** Saves what spares the next start a scan. Without it nothing is lost. */
  close(): void {
    const active = this.#segments.at(-1);
    if (active === undefined) return;
    active.saveIndex();
    this.#saveSnapshot();
  }

  /** Lets go of the files, which somebody else removes: the topic is gone. */
  abandon(): void {
    for (const segment of this.#segments) this.#options.files.close(segment.path);
  }

  #store(batch: Buffer, header: BatchHeader, policy: LogPolicy): number {
    header.baseOffset = this.logEnd;
    placeBatch(batch, { baseOffset: header.baseOffset, leaderEpoch: LEADER_EPOCH });
    const segment = this.#segmentFor(header.sizeBytes, policy);
    segment.append(batch, header);
    this.#unflushed.add(segment);
    for (const listener of this.#listeners) listener(header.sizeBytes);
    return header.baseOffset;
  }

  #segmentFor(batchBytes: number, policy: LogPolicy): Segment {
    const active = this.#segments.at(-1);
    if (active === undefined) {
      mkdirSync(this.#options.directory, { recursive: true });
      return this.#addSegment();
    }
    const isFull = active.extent.sizeBytes > 0 && active.extent.sizeBytes + batchBytes > policy.segmentBytes;
    return isFull ? this.#roll() : active;
  }

  /** Completes the last segment, with index and snapshot, and begins the next. */
  #roll(): Segment {
    this.close();
    return this.#addSegment();
  }

  #addSegment(): Segment {
    const segment = new Segment({ directory: this.#options.directory, baseOffset: this.logEnd }, this.#options.files);
    segment.create();
    this.#segments.push(segment);
    return segment;
  }

  #saveSnapshot(): void {
    const offset = this.logEnd;
    const path = join(this.#options.directory, offsetFileName(offset, "snapshot"));
    writeFileSync(path, encodeSnapshot({ offset, entries: this.#producers }));
    if (this.#snapshotOffsets.at(-1) !== offset) this.#snapshotOffsets.push(offset);
    for (const old of this.#snapshotOffsets.splice(0, this.#snapshotOffsets.length - SNAPSHOTS_KEPT)) {
      rmSync(join(this.#options.directory, offsetFileName(old, "snapshot")), { force: true });
    }
  }
}
