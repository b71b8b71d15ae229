import { acknowledgementLost } from "./acknowledgement-lost.ts";
import { answerLate } from "./answer-late.ts";
import { applicationSendsAgain } from "./application-sends-again.ts";
import { connectionCut } from "./connection-cut.ts";
import { errorAfterAppend } from "./error-after-append.ts";
import type { FaultDefinition, ProducerRule } from "./fault.ts";
import { producerGivesUp } from "./producer-gives-up.ts";
import { producerKilled } from "./producer-killed.ts";
import { requestLost } from "./request-lost.ts";

/** All faults in the order of their buttons. Adding one is adding a file and a row. */
export const faultTable: readonly FaultDefinition[] = [
  acknowledgementLost,
  applicationSendsAgain,
  producerKilled,
  producerGivesUp,
  errorAfterAppend,
  requestLost,
  connectionCut,
  answerLate,
];

/** The rule of a fault that acts in the producer; undefined for any other kind. */
export function producerRule(kind: string): ProducerRule | undefined {
  const action = faultTable.find((fault) => fault.kind === kind)?.action;
  return action?.in === "producer" ? action.rule : undefined;
}
