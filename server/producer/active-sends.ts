import type { MinorUnits } from "#contract/money.ts";
import type { LaneName, SendCause } from "#contract/names.ts";

/** A send that kafkajs works on now. */
export interface ActiveSend {
  readonly sendId: string;
  readonly lane: LaneName;
  readonly batchId: number;
  readonly planCause: "first" | "application-again";
  readonly cause: SendCause;
  readonly money: MinorUnits;
  /** Produce requests written for it so far. */
  attempts: number;
  /** The fault that last acted on it, or that its batch was planned for; later attempts follow from it. */
  faultId: number | null;
  /** Where an answer said that its records stand. */
  knownBaseOffset: number | null;
  /** An answer without an error was handed to kafkajs, which still waited for it. */
  delivered: boolean;
}

/** The sends of both lanes that may write now. What is not among them must not reach a broker any more. */
export class ActiveSends {
  readonly #sends = new Map<string, ActiveSend>();

  begin(send: Omit<ActiveSend, "attempts" | "knownBaseOffset" | "delivered">): ActiveSend {
    const active: ActiveSend = { ...send, attempts: 0, knownBaseOffset: null, delivered: false };
    this.#sends.set(send.sendId, active);
    return active;
  }

  find(sendId: string | undefined): ActiveSend | undefined {
    return sendId === undefined ? undefined : this.#sends.get(sendId);
  }

  end(send: ActiveSend): void {
    this.#sends.delete(send.sendId);
  }
}
