/**
 * Opens what a partition's directory holds. Segments before the last were complete when it was begun, so anything
 * wrong with them is damage; the last one may end in a torn batch, which is cut: it was never acknowledged.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { forgetAllButLast, rememberBatch } from "../producer-state/sequence-check.ts";
import type { ProducerEntry } from "../producer-state/sequence-check.ts";
import { decodeSnapshot } from "../producer-state/snapshot.ts";
import type { ProducerSnapshot } from "../producer-state/snapshot.ts";
import { DamagedDataError } from "./damaged-data-error.ts";
import type { OpenFiles } from "./open-files.ts";
import { Segment, offsetFileName } from "./segment.ts";

export interface RecoveredLog {
  segments: Segment[];
  producers: Map<number, ProducerEntry>;
  /** Bytes of a torn tail that were cut; 0 after a clean stop. */
  cutBytes: number;
  /** The offsets of the snapshots on disk, rising. */
  snapshotOffsets: number[];
}

export function recoverLog(directory: string, files: OpenFiles): RecoveredLog {
  if (!existsSync(directory)) return { segments: [], producers: new Map(), cutBytes: 0, snapshotOffsets: [] };
  const baseOffsets = offsetsOf(directory, ".log");
  const segments = baseOffsets.map((baseOffset) => new Segment({ directory, baseOffset }, files));
  let cutBytes = 0;
  for (const [index, segment] of segments.entries()) {
    const leftBytes = segment.recover();
    const next = segments[index + 1];
    if (next === undefined) {
      if (leftBytes > 0) cutTornTail(segment);
      cutBytes = leftBytes;
    } else if (leftBytes > 0 || segment.extent.endOffset !== next.baseOffset) {
      throw new DamagedDataError(
        `${segment.path} is damaged after byte ${segment.extent.sizeBytes} (offset ${segment.extent.endOffset}; ` +
          `the next segment begins at ${next.baseOffset}): restore it from a copy, or remove the topic's directory`,
      );
    }
  }
  const producers = recoverProducers(directory, segments);
  return { segments, producers, cutBytes, snapshotOffsets: offsetsOf(directory, ".snapshot") };
}

function cutTornTail(segment: Segment): void {
  if (segment.isDamaged()) {
    throw new DamagedDataError(
      `${segment.path} is damaged at byte ${segment.extent.sizeBytes}, in front of whole batches: ` +
        "restore it from a copy, or remove the topic's directory",
    );
  }
  segment.cutTail();
}

/** The newest sound snapshot, and every batch after it. */
function recoverProducers(directory: string, segments: readonly Segment[]): Map<number, ProducerEntry> {
  const endOffset = segments.at(-1)?.extent.endOffset ?? 0;
  const snapshot = newestSoundSnapshot(directory, endOffset);
  const producers = snapshot?.entries ?? new Map<number, ProducerEntry>();
  const from = snapshot?.offset ?? 0;
  for (const segment of segments) {
    if (segment.extent.endOffset <= from) continue;
    segment.visit(segment.positionOf(from), (header) => {
      if (header.producerId >= 0 && !header.isControl) {
        producers.set(header.producerId, rememberBatch(producers.get(header.producerId), header));
      }
      return "go on";
    });
  }
  for (const [producerId, entry] of producers) producers.set(producerId, forgetAllButLast(entry));
  return producers;
}

function newestSoundSnapshot(directory: string, endOffset: number): ProducerSnapshot | null {
  for (const offset of offsetsOf(directory, ".snapshot").toReversed()) {
    const path = join(directory, offsetFileName(offset, "snapshot"));
    const snapshot = decodeSnapshot(readFileSync(path));
    if (snapshot !== null && snapshot.offset <= endOffset) return snapshot;
    rmSync(path);
  }
  return null;
}

/** The offsets in the names of a directory's files with an extension, rising. */
function offsetsOf(directory: string, extension: ".log" | ".snapshot"): number[] {
  const offsets: number[] = [];
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(extension)) continue;
    const digits = name.slice(0, -extension.length);
    if (!/^\d{20}$/.test(digits)) {
      throw new DamagedDataError(`${join(directory, name)} is not named after an offset: remove it, or restore it`);
    }
    offsets.push(Number(digits));
  }
  return offsets.toSorted((left, right) => left - right);
}
