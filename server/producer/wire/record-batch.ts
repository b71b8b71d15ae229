import { Cursor } from "./cursor.ts";

/** What the head of a magic-2 record batch and its first record say. */
export interface BatchIdentity {
  /** Decimal int64; "-1" without idempotence. */
  readonly producerId: string;
  readonly epoch: number;
  readonly baseSequence: number;
  readonly records: number;
  /** Headers of the first record, by name. */
  readonly headers: ReadonlyMap<string, string>;
}

const magicAt = 16;
const magic = 2;
const compressionMask = 0b111;

/**
 * Record batch, magic 2: int64 baseOffset, int32 length, int32 leaderEpoch, int8 magic, uint32 crc, int16 attributes,
 * int32 lastOffsetDelta, int64 firstTimestamp, int64 maxTimestamp, int64 producerId, int16 epoch, int32 baseSequence,
 * int32 count, records. Deviation: compressed batches are refused, for our producers never compress.
 */
export function readBatchIdentity(batch: Buffer): BatchIdentity {
  if (batch.length <= magicAt || batch.readInt8(magicAt) !== magic)
    throw new Error("expected a record batch with magic 2");
  const cursor = new Cursor(batch, magicAt + 1);
  cursor.int32();
  const attributes = cursor.int16();
  if ((attributes & compressionMask) !== 0) throw new Error("expected an uncompressed record batch");
  cursor.bytes(4 + 8 + 8);
  const producerId = cursor.int64().toString();
  const epoch = cursor.int16();
  const baseSequence = cursor.int32();
  const records = cursor.int32();
  return { producerId, epoch, baseSequence, records, headers: records > 0 ? readHeaders(cursor) : new Map() };
}

/** Record: varint length, int8 attributes, varlong timestampDelta, varint offsetDelta, key, value, headers. */
function readHeaders(cursor: Cursor): ReadonlyMap<string, string> {
  cursor.varint();
  cursor.int8();
  cursor.skipVarlong();
  cursor.varint();
  cursor.bytes(cursor.varint());
  cursor.bytes(cursor.varint());
  const headers = new Map<string, string>();
  for (let left = cursor.varint(); left > 0; left -= 1) {
    const name = cursor.bytes(cursor.varint()).toString("utf8");
    headers.set(name, cursor.bytes(cursor.varint()).toString("utf8"));
  }
  return headers;
}
