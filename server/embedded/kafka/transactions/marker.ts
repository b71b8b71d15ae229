/** The control batch that ends a transaction in a partition. Source: https://kafka.apache.org/documentation/#controlbatch */
import { crc32c } from "@node-rs/crc32";
import { BATCH_HEADER_BYTES } from "../records/batch-header.ts";
import { writeInt64 } from "../protocol/writer.ts";
import type { ProducerClaim } from "./transaction.ts";

const TRANSACTIONAL_AND_CONTROL = 0x30;
const ABORT = 0;
const COMMIT = 1;
/** One record: length, attributes, timestamp delta, offset delta, key (version and type), value (version, epoch). */
const RECORD_BYTES = 17;

export function buildMarker(marker: ProducerClaim & { isCommit: boolean; timestamp: number }): Buffer {
  const batch = Buffer.alloc(BATCH_HEADER_BYTES + RECORD_BYTES);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(TRANSACTIONAL_AND_CONTROL, 21);
  writeInt64(batch, marker.timestamp, 27);
  writeInt64(batch, marker.timestamp, 35);
  writeInt64(batch, marker.producerId, 43);
  batch.writeInt16BE(marker.epoch, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(1, 57);
  const key = [zigzag(4), 0, 0, 0, marker.isCommit ? COMMIT : ABORT];
  const value = [zigzag(6), 0, 0, 0, 0, 0, 0];
  batch.set([zigzag(RECORD_BYTES - 1), 0, 0, 0, ...key, ...value, 0], BATCH_HEADER_BYTES);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A small number that is not negative, as a varint of one byte. */
function zigzag(value: number): number {
  return value * 2;
}
