/**
 * EndTxn (key 26), versions 0–1.
 *
 * Request: transactional id string · producer id int64 · epoch int16 · committed boolean
 * Answer: throttle int32 · error int16
 */
import type { Api } from "./api.ts";
import { Writer } from "./writer.ts";

export const endTxn: Api = {
  key: 26,
  name: "EndTxn",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const transactionalId = request.string();
    const claim = { producerId: request.int64(), epoch: request.int16() };
    return new Writer().int32(0).int16(broker.transactions.end(transactionalId, claim, request.boolean()));
  },
};
