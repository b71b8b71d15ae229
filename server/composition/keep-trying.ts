import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../shared/errors.ts";

export interface KeepTryingOptions {
  /** Who is asked, for a sentence: "the broker at 10.0.0.1:9092". */
  readonly who: string;
  /** What a person may look at when it does not work. */
  readonly remedy?: string;
  readonly signal: AbortSignal;
  readonly retryMs: number;
  /** A sentence while it does not work; null when it does again. */
  readonly onTrouble: (text: string | null) => void;
}

/** Whoever says nothing for this long is told of, though the question is still open. */
const patienceMs = 2_000;

/** Does `task` again and again until it succeeds (true) or `signal` says stop (false). */
export async function keepTrying(task: () => Promise<void>, options: KeepTryingOptions): Promise<boolean> {
  const { who, remedy, signal, retryMs, onTrouble } = options;
  const advice = remedy === undefined ? "" : `; ${remedy}`;
  let reason: string | null = null;
  while (!signal.aborted) {
    const late = setTimeout(() => {
      if (reason === null) onTrouble(`${who} has not answered for ${patienceMs / 1_000} s; still asking${advice}`);
    }, patienceMs);
    try {
      await task();
      onTrouble(null);
      return true;
    } catch (error) {
      reason = messageOf(error);
      onTrouble(`${who} does not do what is asked: ${reason}; trying again${advice}`);
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
    } finally {
      clearTimeout(late);
    }
  }
  return false;
}
