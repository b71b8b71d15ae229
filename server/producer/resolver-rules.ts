import type { AttemptRow, Resolution } from "../ledger/attempts-types.ts";

const noProducerId = "-1";

/** What is known of this incarnation's connections. */
export interface ClosedConnections {
  /** Highest attempt id that existed when a connection closed; undefined while it is open. */
  readonly lastAttemptIdAtClose: (connection: number) => number | undefined;
}

/**
 * Whether nothing of an attempt can still reach the log after `others` (attempts of its lane, from its send's first
 * one on): the same or a later sequence of its producer id was answered; or a later request on its connection was, for
 * a broker takes them in order; or its connection is closed and a batch written to its partition after that was.
 */
export function isFenced(attempt: AttemptRow, others: readonly AttemptRow[], closed: ClosedConnections): boolean {
  const closedAfter = closed.lastAttemptIdAtClose(attempt.connection);
  return others.some((other) => {
    if (other.attemptId === attempt.attemptId || other.answeredAtMs === null) return false;
    const sameConnection = other.incarnation === attempt.incarnation && other.connection === attempt.connection;
    if (sameConnection && other.correlationId > attempt.correlationId) return true;
    if (other.errorCode !== 0 || other.partition !== attempt.partition) return false;
    const sameProducer = other.producerId === attempt.producerId && other.epoch === attempt.epoch;
    if (sameProducer && attempt.producerId !== noProducerId && other.baseSequence >= attempt.baseSequence) return true;
    if (other.incarnation !== attempt.incarnation) return other.incarnation > attempt.incarnation;
    return closedAfter !== undefined && other.attemptId > closedAfter;
  });
}

/** One stored copy of a send's records, as the log holds it. */
export interface StoredSend {
  readonly sendId: string;
  readonly baseOffset: number;
}

/**
 * What the log says about the attempts of one send, read behind a fence: copies that no answer explains were stored by
 * attempts whose outcome was unknown, the oldest first; what remains unknown after that is lost. Copies beyond those
 * belong to attempts that had been taken for lost.
 */
export function resolveSend(attempts: readonly AttemptRow[], stored: readonly StoredSend[]): readonly Resolution[] {
  const explained = new Set(attempts.filter(isStored).map(({ baseOffset }) => baseOffset));
  const unexplained = stored
    .map(({ baseOffset }) => baseOffset)
    .filter((baseOffset) => !explained.has(baseOffset))
    .toSorted((left, right) => left - right);
  const unknown = attempts.filter(({ outcome }) => outcome === "unknown");
  const lost = attempts.filter(({ outcome }) => outcome === "lost");
  return [...unknown, ...lost].flatMap(({ attemptId, outcome }): Resolution[] => {
    const baseOffset = unexplained.shift();
    if (baseOffset !== undefined) return [{ attemptId, outcome: "found-in-log", baseOffset }];
    return outcome === "unknown" ? [{ attemptId, outcome: "lost" }] : [];
  });
}

function isStored(attempt: AttemptRow): boolean {
  return attempt.outcome === "appended" || attempt.outcome === "found-in-log";
}
