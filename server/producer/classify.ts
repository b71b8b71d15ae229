import type { AttemptClass } from "#contract/names.ts";

/** An answer to one partition batch, and what was known of its attempt. */
export interface AnsweredAttempt {
  readonly producerId: string;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  /** Base offset of an earlier attempt of the same send that was seen to be appended; null when none was. */
  readonly knownBaseOffset: number | null;
}

const noProducerId = "-1";
const noLogAppendTime = -1;

/**
 * Error codes that a broker gives before it appends: a corrupt, oversized or invalid batch (2, 10, 17, 18, 32, 43, 76,
 * 87), no such topic, partition or leader here (3, 5, 74, 100), too few in-sync replicas (19), a request that is not
 * allowed (21, 29, 31, 35, 42, 44, 53, 89), and the epoch, sequence and transaction checks (45–49, 59, 90).
 */
const refusedBeforeAppend: ReadonlySet<number> = new Set([
  2, 3, 5, 10, 17, 18, 19, 21, 29, 31, 32, 35, 42, 43, 44, 45, 46, 47, 48, 49, 53, 59, 74, 76, 87, 89, 90, 100,
]);

/**
 * What an answer says about an attempt (ARCHITECTURE.md, "What happened to an attempt"). Codes 7, 20 and 6 come, or
 * may come, after the append; so may any code that is not known to come before it: unknown, never refused.
 */
export function classifyAnswer(
  attempt: AnsweredAttempt,
): Extract<AttemptClass, "appended" | "absorbed" | "refused" | "unknown"> {
  if (attempt.errorCode !== 0) return refusedBeforeAppend.has(attempt.errorCode) ? "refused" : "unknown";
  if (attempt.producerId === noProducerId) return "appended";
  if (attempt.knownBaseOffset !== null) return attempt.baseOffset === attempt.knownBaseOffset ? "absorbed" : "appended";
  return attempt.logAppendTimeMs === noLogAppendTime ? "appended" : "absorbed";
}
