import { acknowledgementLost } from "./acknowledgement-lost.ts";
import { answerLate } from "./answer-late.ts";
import { applicationSendsAgain } from "./application-sends-again.ts";
import { brokerFrozen } from "./broker-frozen.ts";
import { brokerKilled } from "./broker-killed.ts";
import { changeAmount } from "./change-amount.ts";
import { changeCurrency } from "./change-currency.ts";
import { checkpointDeleted } from "./checkpoint-deleted.ts";
import { checkpointTorn } from "./checkpoint-torn.ts";
import { connectionCut } from "./connection-cut.ts";
import { consumerKilled } from "./consumer-killed.ts";
import { copyLaterThanWatermark } from "./copy-later-than-watermark.ts";
import { errorAfterAppend } from "./error-after-append.ts";
import type { FaultDefinition, InsertRule, ProducerRule } from "./fault.ts";
import { insertAnswerLost } from "./insert-answer-lost.ts";
import { insertRepeatedLate } from "./insert-repeated-late.ts";
import { paymentHeldBack } from "./payment-held-back.ts";
import { plantDuplicate } from "./plant-duplicate.ts";
import { producerGivesUp } from "./producer-gives-up.ts";
import { producerKilled } from "./producer-killed.ts";
import { removeRow } from "./remove-row.ts";
import { requestLost } from "./request-lost.ts";
import { warehouseDown } from "./warehouse-down.ts";

/** All faults in the order of their buttons. Adding one is adding a file and a row. */
export const faultTable: readonly FaultDefinition[] = [
  acknowledgementLost,
  applicationSendsAgain,
  producerKilled,
  producerGivesUp,
  paymentHeldBack,
  requestLost,
  connectionCut,
  answerLate,
  errorAfterAppend,
  consumerKilled,
  brokerKilled,
  brokerFrozen,
  checkpointDeleted,
  checkpointTorn,
  copyLaterThanWatermark,
  insertAnswerLost,
  insertRepeatedLate,
  warehouseDown,
  plantDuplicate,
  removeRow,
  changeAmount,
  changeCurrency,
];

/** The rule of a fault that acts in the producer; undefined for any other kind. */
export function producerRule(kind: string): ProducerRule | undefined {
  const action = faultTable.find((fault) => fault.kind === kind)?.action;
  return action?.in === "producer" ? action.rule : undefined;
}

/** The rule of a fault that acts between the sink and the warehouse; undefined for any other kind. */
export function insertRule(kind: string): InsertRule | undefined {
  const action = faultTable.find((fault) => fault.kind === kind)?.action;
  return action?.in === "sink" ? action.rule : undefined;
}
