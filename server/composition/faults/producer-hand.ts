import type { ProcessState } from "#contract/snapshot.ts";
import type { AttemptsReader } from "../../ledger/attempts-reader.ts";
import type { ArmFault, FromProducer } from "../../processes/messages.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import type { FaultBook } from "./fault-book.ts";
import type { FaultHand, Injection } from "./fault-hand.ts";

export interface ProducerHandPorts {
  readonly book: FaultBook;
  readonly attempts: Pick<AttemptsReader, "faults">;
  readonly state: () => ProcessState | null;
  /** False when the producer is not there to hear it. */
  readonly arm: (fault: ArmFault) => boolean;
  readonly kill: () => void;
}

/** Faults on the producer's wire: the producer carries them out and says what becomes of them. */
export class ProducerHand implements FaultHand {
  readonly #ports: ProducerHandPorts;
  readonly #refusals = new Map<number, string>();

  constructor(ports: ProducerHandPorts) {
    this.#ports = ports;
  }

  whyNot(): string | null {
    const state = this.#ports.state();
    return state === "running" ? null : `the producer is ${state ?? "not started"}`;
  }

  inject({ definition, parameters }: Injection): number {
    const { book, arm } = this.#ports;
    const { kind } = definition;
    const faultId = book.add(kind, parameters);
    if (arm({ faultId, kind, parameters })) return faultId;
    book.setState(faultId, "refused");
    throw new DedupscopeError("cannot-act-now", `${definition.title} cannot act now: the producer has just died`);
  }

  hear(message: FromProducer): void {
    const { book, kill } = this.#ports;
    if (message.type === "ready") this.#resume();
    if (message.type === "fault-armed") book.setState(message.faultId, "acting");
    if (message.type === "fault-ended") book.setState(message.faultId, "ended");
    if (message.type === "fault-refused") {
      this.#refusals.set(message.faultId, message.reason);
      book.setState(message.faultId, "refused");
    }
    if (message.type === "kill-me") kill();
  }

  /** In words, faults that the producer would not carry out. */
  refusals(): readonly string[] {
    return [...this.#refusals.entries()].map(([id, reason]) => `fault ${id} was refused: ${reason}`);
  }

  /** The producer is ready (again): what it missed is said again, what it ended while nobody listened is noted. */
  #resume(): void {
    const { book, attempts, arm } = this.#ports;
    const known = new Map(attempts.faults().map((fault) => [fault.faultId, fault]));
    for (const { record } of book.open("producer")) {
      const { faultId, kind, parameters } = record;
      const fault = known.get(faultId);
      if (fault === undefined) arm({ faultId, kind, parameters });
      else book.setState(faultId, fault.endedAtMs === null ? "acting" : "ended");
    }
  }
}
