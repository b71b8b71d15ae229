/**
 * AddOffsetsToTxn (key 25), versions 0–1: begins a transaction that will commit a group's offsets.
 *
 * Request: transactional id string · producer id int64 · epoch int16 · group string
 * Answer: throttle int32 · error int16
 */
import type { Api } from "./api.ts";
import { Writer } from "./writer.ts";

export const addOffsetsToTxn: Api = {
  key: 25,
  name: "AddOffsetsToTxn",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const transactionalId = request.string();
    const claim = { producerId: request.int64(), epoch: request.int16() };
    return new Writer().int32(0).int16(broker.transactions.addPartitions(transactionalId, claim, []));
  },
};
