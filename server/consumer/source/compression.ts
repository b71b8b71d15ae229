import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { DedupscopeError } from "#server/shared/errors.ts";
import { decodeLz4 } from "./lz4.ts";
import { decodeSnappy } from "./snappy.ts";

/** The records of a compressed batch, at most `lengthMax` bytes; `codec` is its number in the batch's attributes. */
export function decompress(codec: number, records: Buffer, lengthMax: number): Buffer {
  if (codec === 1) return gunzipSync(records, { maxOutputLength: lengthMax });
  if (codec === 2) return decodeSnappy(records, lengthMax);
  if (codec === 3) return decodeLz4(records, lengthMax);
  if (codec === 4) return zstdDecompressSync(records, { maxOutputLength: lengthMax });
  throw new DedupscopeError(
    "broker-refused",
    `compressed with codec ${codec}, which this engine does not know; it reads gzip, snappy, lz4 and zstd (compression.type)`,
  );
}
