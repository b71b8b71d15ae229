import type { AttemptClass, CopyCause, SendCause } from "#contract/names.ts";
import type { AttemptTotalName } from "./attempts-types.ts";

/** The total in which an attempt of a class is counted (right side of equation 2). */
export const totalOfClass: Readonly<Record<AttemptClass, AttemptTotalName>> = {
  "in-flight": "inFlight",
  appended: "appended",
  absorbed: "absorbedByBroker",
  refused: "refused",
  unknown: "unknown",
  "found-in-log": "foundInLog",
  lost: "lost",
};

const totalOfSendCause: Readonly<Record<SendCause, AttemptTotalName>> = {
  first: "firstSends",
  "application-again": "applicationResends",
  "after-restart": "restartResends",
  "after-giving-up": "gaveUpResends",
};

/** The term of equation 1's right side: an attempt with a number above 1 is always a protocol retry. */
export function totalOfReason(attempt: { readonly cause: SendCause; readonly attemptNumber: number }) {
  return attempt.attemptNumber > 1 ? "protocolRetries" : totalOfSendCause[attempt.cause];
}

export function isStored(outcome: AttemptClass): boolean {
  return outcome === "appended" || outcome === "found-in-log";
}

/**
 * Whether an answer that arrives now may change the outcome. One that only the log proved stands, unless the answer
 * says the same: that it was appended there.
 */
export function mayAnswerChange(
  from: { readonly outcome: AttemptClass; readonly baseOffset: number | null },
  answered: { readonly outcome: AttemptClass; readonly baseOffset: number },
): boolean {
  if (from.outcome === "found-in-log")
    return answered.outcome === "appended" && answered.baseOffset === from.baseOffset;
  return from.outcome === "in-flight" || from.outcome === "unknown" || from.outcome === "lost";
}

/** Whether a proof from the log may change the outcome: what was lost may turn up later all the same. */
export function mayLogChange(from: AttemptClass, to: "found-in-log" | "lost"): boolean {
  return from === "unknown" || (from === "lost" && to === "found-in-log");
}

/** One attempt that stored its batch's records, as far as copies are concerned. */
export interface StoredAttempt {
  readonly attemptId: number;
  readonly sendId: string;
  readonly planCause: "first" | "application-again";
  readonly cause: SendCause;
  readonly baseOffset: number;
  readonly records: number;
  readonly faultId: number | null;
}

/**
 * Which stored range became surplus when `stored` joined `others` of its batch: the one further back in the log is
 * the copy, for the consumer meets the other one first. All that an application-again batch stores is surplus.
 */
export function newCopy(
  stored: StoredAttempt,
  others: readonly StoredAttempt[],
): (StoredAttempt & { readonly copyCause: CopyCause }) | undefined {
  const first = others.toSorted((left, right) => left.baseOffset - right.baseOffset)[0];
  if (stored.planCause === "application-again") return { ...stored, copyCause: causeOfCopy(stored, others) };
  if (first === undefined) return undefined;
  const copy = stored.baseOffset > first.baseOffset ? stored : first;
  const rest = [stored, ...others].filter((other) => other.attemptId !== copy.attemptId);
  return { ...copy, copyCause: causeOfCopy(copy, rest) };
}

function causeOfCopy(copy: StoredAttempt, others: readonly StoredAttempt[]): CopyCause {
  if (others.some((other) => other.sendId === copy.sendId)) return "retry";
  if (others.length === 0) return copy.planCause === "application-again" ? "application-again" : "other";
  return copyCauseOfSend(copy.cause);
}

/** Giving up has no track of its own on the page. */
export function copyCauseOfSend(cause: SendCause): CopyCause {
  return cause === "application-again" || cause === "after-restart" ? cause : "other";
}
