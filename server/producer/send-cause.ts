import type { SendCause } from "#contract/names.ts";

/**
 * Why a batch is sent now. A send that never wrote a request leaves no trace: the batch is still sent for its planned
 * reason. Otherwise this process either took over from a dead one or gave its last send up.
 */
export function sendCause(options: {
  readonly planned: "first" | "application-again";
  /** Incarnation of the batch's last attempt in this lane; null when there is none. */
  readonly lastAttemptBy: number | null;
  readonly incarnation: number;
}): SendCause {
  if (options.lastAttemptBy === null) return options.planned;
  return options.lastAttemptBy < options.incarnation ? "after-restart" : "after-giving-up";
}
