/** What the broker itself knows of its partitions and producers, as one plain document. */
import type { PartitionLog } from "../log/partition-log.ts";
import { lastSequenceOf } from "../producer-state/sequence-check.ts";
import type { Topics } from "../topics/topics.ts";

/** Producers shown per partition: those heard of last. */
const PRODUCERS_SHOWN_MAX = 100;

export interface ProducerMetrics {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastSequence: number;
  /** Oldest first, at most five. */
  readonly rememberedBatches: readonly { baseSequence: number; lastSequence: number; baseOffset: number }[];
}

export interface PartitionMetrics {
  readonly topic: string;
  readonly partition: number;
  readonly logStart: number;
  readonly logEnd: number;
  /** Records between log start and log end. */
  readonly storedRecords: number;
  /** Bytes on disk, of whole segments. */
  readonly storedBytes: number;
  readonly segments: number;
  /**
   * Records of successful produce requests since the process started, duplicates included: what Apache Kafka 4.3.1
   * counts as MessagesInPerSec (KAFKA-19936), and why that meter is no evidence of what is stored.
   */
  readonly messagesIn: number;
  /** Batches and records since the process started that were acknowledged and not stored again. */
  readonly duplicateBatches: number;
  readonly duplicateRecords: number;
  readonly producerCount: number;
  readonly producers: readonly ProducerMetrics[];
}

export interface BrokerMetrics {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly startedAt: number;
  readonly residentBytes: number;
  readonly partitions: readonly PartitionMetrics[];
}

export function collectMetrics(
  topics: Topics,
  process: { readonly nowMs: number; readonly startedAt: number; readonly residentBytes: number },
): BrokerMetrics {
  const partitions = Array.from(topics.all(), (topic) =>
    topic.partitions.map((log, partition) => partitionMetrics(log, { topic: topic.name, partition })),
  ).flat();
  return { at: process.nowMs, startedAt: process.startedAt, residentBytes: process.residentBytes, partitions };
}

function partitionMetrics(log: PartitionLog, place: { topic: string; partition: number }): PartitionMetrics {
  const shown = [...log.producers].slice(-PRODUCERS_SHOWN_MAX);
  return {
    ...place,
    logStart: log.logStart,
    logEnd: log.logEnd,
    storedRecords: log.logEnd - log.logStart,
    storedBytes: log.sizeBytes,
    segments: log.segmentCount,
    ...log.counters,
    producerCount: log.producers.size,
    producers: shown.map(([producerId, entry]) => ({
      producerId,
      epoch: entry.epoch,
      lastSequence: lastSequenceOf(entry),
      rememberedBatches: entry.batches.map(({ baseSequence, lastSequence, baseOffset }) => ({
        baseSequence,
        lastSequence,
        baseOffset,
      })),
    })),
  };
}
