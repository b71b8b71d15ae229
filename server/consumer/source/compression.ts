import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { DedupscopeError } from "#server/shared/errors.ts";
import { consumerLimits } from "../limits.ts";

/** By the number in a batch's attributes. */
const codecNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** The records of a compressed batch; throws a sentence without a subject for a codec that is not read. */
export function decompress(codec: number, records: Buffer): Buffer {
  const limit = { maxOutputLength: consumerLimits.batchBytesMax };
  const name = codecNames[codec] ?? `number ${codec}`;
  if (name === "gzip") return gunzipSync(records, limit);
  if (name === "zstd") return zstdDecompressSync(records, limit);
  throw new DedupscopeError(
    "broker-refused",
    `compressed with ${name}, which this engine does not read; let producers use gzip, zstd or no compression ` +
      `(compression.type), or set CONSUMER_ENGINE=spark`,
  );
}
