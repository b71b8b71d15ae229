/**
 * One segment of a partition's log: a file of record batches as they came, named after its first offset, with a sparse
 * index. What it holds is described by its extent; bytes in the file beyond it do not count.
 */
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { BatchHeader } from "../records/batch-header.ts";
import { OffsetIndex } from "./offset-index.ts";
import type { SegmentExtent } from "./offset-index.ts";
import type { OpenFiles } from "./open-files.ts";
import { readFully, writeFully } from "./read-fully.ts";
import { hasBatchBetween, scanBatches } from "./scan.ts";

const NAME_DIGITS = 20;
const RECOVERY_WINDOW_BYTES = 4_194_304;
const LOOKUP_WINDOW_BYTES = 16_384;

/** Apache Kafka's file names: the offset with leading zeros. */
export function offsetFileName(offset: number, extension: "log" | "index" | "snapshot"): string {
  return `${String(offset).padStart(NAME_DIGITS, "0")}.${extension}`;
}

export class Segment {
  readonly baseOffset: number;
  readonly #path: string;
  readonly #indexPath: string;
  readonly #files: OpenFiles;
  #index: OffsetIndex;
  #extent: SegmentExtent;

  constructor(place: { directory: string; baseOffset: number }, files: OpenFiles) {
    this.baseOffset = place.baseOffset;
    this.#path = join(place.directory, offsetFileName(place.baseOffset, "log"));
    this.#indexPath = join(place.directory, offsetFileName(place.baseOffset, "index"));
    this.#files = files;
    this.#index = new OffsetIndex();
    this.#extent = { sizeBytes: 0, endOffset: place.baseOffset, maxTimestamp: -1 };
  }

  get path(): string {
    return this.#path;
  }

  get extent(): Readonly<SegmentExtent> {
    return this.#extent;
  }

  /** Makes the file exist, so that its name carries the offset through a restart. */
  create(): void {
    this.#files.descriptor(this.#path);
  }

  /**
   * Takes over what is in the file: all that a saved index vouches for, and then every batch with a right CRC.
   * Returns how many bytes of the file are left over: a torn tail, or damage.
   */
  recover(): number {
    const fileBytes = statSync(this.#path).size;
    const saved = existsSync(this.#indexPath) ? OffsetIndex.decode(readFileSync(this.#indexPath)) : null;
    if (saved !== null && saved.extent.sizeBytes <= fileBytes) {
      this.#index = saved.index;
      this.#extent = saved.extent;
    }
    const range = { from: this.#extent.sizeBytes, to: fileBytes, windowBytes: RECOVERY_WINDOW_BYTES, verify: true };
    scanBatches(this.#files.descriptor(this.#path), range, (header) => {
      if (header.baseOffset < this.#extent.endOffset) return "stop";
      this.#account(header);
      return "go on";
    });
    return fileBytes - this.#extent.sizeBytes;
  }

  /** Whether whole batches stand in what recover() left over. */
  isDamaged(): boolean {
    const { sizeBytes, endOffset } = this.#extent;
    const descriptor = this.#files.descriptor(this.#path);
    return hasBatchBetween(descriptor, { from: sizeBytes, to: statSync(this.#path).size, offset: endOffset });
  }

  /** Cuts what recover() left over. */
  cutTail(): void {
    truncateSync(this.#path, this.#extent.sizeBytes);
  }

  append(batch: Buffer, header: BatchHeader): void {
    writeFully(this.#files.descriptor(this.#path), batch, this.#extent.sizeBytes);
    this.#account(header);
  }

  /** Saves the index, which spares the next start the scan of what it covers. */
  saveIndex(): void {
    writeFileSync(this.#indexPath, this.#index.encode(this.#extent));
  }

  /** Where the batch that holds `offset` (or the first one after it) starts; the segment's end when there is none. */
  positionOf(offset: number): number {
    if (offset <= this.baseOffset) return 0;
    if (offset >= this.#extent.endOffset) return this.#extent.sizeBytes;
    const from = this.#index.positionAtOrBefore(offset);
    return this.visit(from, (header) => (header.baseOffset + header.lastOffsetDelta >= offset ? "stop" : "go on"));
  }

  /** Walks the batch headers from a position that starts a batch; returns where it stopped. */
  visit(from: number, visitor: (header: BatchHeader, position: number) => "go on" | "stop"): number {
    const range = { from, to: this.#extent.sizeBytes, windowBytes: LOOKUP_WINDOW_BYTES, verify: false };
    return scanBatches(this.#files.descriptor(this.#path), range, visitor);
  }

  /** A position before which every record is older than `timestamp` (milliseconds). */
  positionBeforeTimestamp(timestamp: number): number {
    return this.#index.positionBeforeTimestamp(timestamp);
  }

  read(range: { position: number; length: number }): Buffer {
    const length = Math.min(range.length, this.#extent.sizeBytes - range.position);
    return readFully(this.#files.descriptor(this.#path), { position: range.position, length });
  }

  /** Asks the operating system to write the file to the disk itself. */
  async flush(): Promise<void> {
    const file = await open(this.#path, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  remove(): void {
    this.#files.close(this.#path);
    rmSync(this.#path, { force: true });
    rmSync(this.#indexPath, { force: true });
  }

  #account(header: BatchHeader): void {
    const { sizeBytes, maxTimestamp } = this.#extent;
    this.#index.note({ baseOffset: header.baseOffset, position: sizeBytes, maxTimestampBefore: maxTimestamp });
    this.#extent = {
      sizeBytes: sizeBytes + header.sizeBytes,
      endOffset: header.baseOffset + header.lastOffsetDelta + 1,
      maxTimestamp: Math.max(maxTimestamp, header.maxTimestamp),
    };
  }
}
