/**
 * What a produce request may carry per partition: exactly one record batch of magic 2, whole and honest about itself.
 * The order of the checks is Apache Kafka's, because the first that fails decides the error.
 * Source: ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords and LogValidator.validateBatch.
 */
import { ErrorCode } from "../protocol/error-codes.ts";
import { BATCH_HEADER_BYTES, batchMagicAt, batchSizeAt, hasValidCrc, readBatchHeader } from "./batch-header.ts";
import type { BatchHeader } from "./batch-header.ts";

/** The smallest size any record batch can have: the overhead of magic 0. */
const ANY_BATCH_BYTES_MIN = 26;
const MAGIC_BYTES_MIN = 17;
const MAGIC = 2;
const COMPRESSION_ZSTD = 4;
const ZSTD_PRODUCE_VERSION_MIN = 7;

export type ProducedBatch =
  | { readonly ok: true; readonly batch: Buffer; readonly header: BatchHeader }
  | { readonly ok: false; readonly error: ErrorCode; readonly message: string };

export function examineProducedBatch(
  records: Buffer | null,
  limits: { readonly produceVersion: number; readonly batchBytesMax: number },
): ProducedBatch {
  if (records === null) return refuse(ErrorCode.INVALID_RECORD, "the records field is null");
  const size = wholeBatchSizeAt(records, 0);
  if (size === "corrupt") return refuse(ErrorCode.CORRUPT_MESSAGE, "the batch's length or magic is impossible");
  if (size === "none") return refuse(ErrorCode.INVALID_RECORD, "there is no whole record batch");
  if (batchMagicAt(records, 0) !== MAGIC) return refuse(ErrorCode.INVALID_RECORD, "the record batch is not magic 2");
  if (size < BATCH_HEADER_BYTES) return refuse(ErrorCode.CORRUPT_MESSAGE, "the batch is shorter than its header");
  const batch = records.subarray(0, size);
  const header = readBatchHeader(batch);
  if (header.compression === COMPRESSION_ZSTD && limits.produceVersion < ZSTD_PRODUCE_VERSION_MIN) {
    return refuse(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs produce version 7");
  }
  const next = wholeBatchSizeAt(records, size);
  if (next === "corrupt") return refuse(ErrorCode.CORRUPT_MESSAGE, "what follows the batch is impossible");
  if (next !== "none") return refuse(ErrorCode.INVALID_RECORD, "there is more than one record batch");
  return examineHeader(batch, header, limits.batchBytesMax);
}

function examineHeader(batch: Buffer, header: BatchHeader, batchBytesMax: number): ProducedBatch {
  if (header.baseOffset !== 0) return refuse(ErrorCode.INVALID_RECORD, "the base offset is not 0");
  if (header.sizeBytes > batchBytesMax) {
    return refuse(ErrorCode.MESSAGE_TOO_LARGE, `the batch has ${header.sizeBytes} bytes, ${batchBytesMax} are allowed`);
  }
  if (!hasValidCrc(batch)) return refuse(ErrorCode.CORRUPT_MESSAGE, "the CRC is wrong");
  if (header.count <= 0 || header.count !== header.lastOffsetDelta + 1) {
    return refuse(ErrorCode.INVALID_RECORD, "the record count does not match the last offset delta");
  }
  if (header.isControl) return refuse(ErrorCode.INVALID_RECORD, "clients may not write control batches");
  if (header.producerId >= 0 && header.baseSequence < 0) {
    return refuse(ErrorCode.INVALID_RECORD, "an idempotent batch has a negative base sequence");
  }
  return { ok: true, batch, header };
}

/** The size of the whole batch at `at`; "none" when only a part of one is there. */
function wholeBatchSizeAt(records: Buffer, at: number): number | "none" | "corrupt" {
  const size = batchSizeAt(records, at);
  if (size === -1) return "none";
  if (size < ANY_BATCH_BYTES_MIN) return "corrupt";
  if (records.length - at < MAGIC_BYTES_MIN) return "none";
  const magic = batchMagicAt(records, at);
  if (magic < 0 || magic > MAGIC) return "corrupt";
  return records.length - at < size ? "none" : size;
}

function refuse(error: ErrorCode, message: string): ProducedBatch {
  return { ok: false, error, message };
}
