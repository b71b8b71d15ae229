/**
 * InitProducerId (key 22), versions 0–1.
 *
 * Request: transactional id nullable string · transaction timeout int32
 * Answer: throttle int32 · error int16 · producer id int64 · epoch int16
 *
 * A null transactional id always gets a new producer id with epoch 0; any other the producer id that belongs to it, at an
 * epoch that fences the one before.
 */
import type { Api } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

export const initProducerId: Api = {
  key: 22,
  name: "InitProducerId",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const transactionalId = request.nullableString();
    const timeoutMs = request.int32();
    const writer = new Writer().int32(0);
    if (transactionalId === null) {
      return writer.int16(ErrorCode.NONE).int64(broker.producerIds.next()).int16(0);
    }
    if (transactionalId === "") return writer.int16(ErrorCode.INVALID_REQUEST).int64(-1).int16(-1);
    const { error, producerId, epoch } = broker.transactions.initProducer(transactionalId, timeoutMs);
    return writer.int16(error).int64(producerId).int16(epoch);
  },
};
