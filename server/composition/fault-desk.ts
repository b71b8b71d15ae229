import type { FaultDescription } from "#contract/faults.ts";
import { limits } from "#contract/limits.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects, FaultSnapshot, FaultState, ProcessSnapshot } from "#contract/snapshot.ts";
import { chooseSecondSend } from "../faults/application-sends-again.ts";
import type { FaultDefinition, FaultParameters } from "../faults/fault.ts";
import { faultTable } from "../faults/index.ts";
import type { FaultsLedger } from "../ledger/app-faults.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import type { BatchRow } from "../ledger/intents-types.ts";
import { parseBody } from "../live/api/parse-body.ts";
import type { CopyCounts } from "../live/copies.ts";
import type { ArmFault, FromProducer } from "../processes/messages.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError } from "../shared/errors.ts";

export interface FaultDeskPorts {
  readonly runId: string;
  readonly clock: Clock;
  readonly ledger: FaultsLedger;
  readonly attempts: AttemptsReader;
  readonly intents: IntentsReader;
  /** The further one of the lanes' watermarks, epoch milliseconds of event time. */
  readonly watermarkMs: () => number;
  readonly producer: () => ProcessSnapshot | undefined;
  /** False when the producer is not there to hear it. */
  readonly arm: (fault: ArmFault) => boolean;
  readonly killProducer: () => void;
  readonly planAgain: (rows: readonly BatchRow[], faultId: number) => void;
  /** A fault was injected: say so to everybody who watches. */
  readonly onInjected: (faultId: number, title: string) => void;
}

/** What the watermark may move while a copy is on its way to the consumer. */
const travelMs = 5_000;
/** How many of the newest batches are looked at for one to send again. */
const recentBatchesMax = 200;

const noEffects: FaultEffects = {
  resent: 0,
  absorbedByBroker: 0,
  absorbedByConsumer: 0,
  absorbedByWarehouse: 0,
  bookedTwice: 0,
};

/** Takes faults from people, numbers them, hands them to whoever carries them out, and says what they did. */
export class FaultDesk {
  readonly #ports: FaultDeskPorts;
  readonly #refusals = new Map<number, string>();

  constructor(ports: FaultDeskPorts) {
    this.#ports = ports;
  }

  describe(): readonly FaultDescription[] {
    return faultTable.map(({ body: _body, action: _action, ...description }) => {
      const reason = this.#whyNot(description.kind);
      return { ...description, canActNow: reason === null, cannotActBecause: reason };
    });
  }

  /** Errors: not-found (unknown kind), bad-request (names the parameter), cannot-act-now (with the reason). */
  inject(kind: string, body: unknown): { readonly id: number } {
    const definition = faultTable.find((fault) => fault.kind === kind);
    if (definition === undefined) {
      const known = faultTable.map((fault) => fault.kind).join(", ");
      throw new DedupscopeError("not-found", `there is no fault "${kind}"; faults: ${known}`, { parameter: "kind" });
    }
    const parameters = parseBody(definition.body, body);
    const reason = this.#whyNot(kind);
    if (reason !== null) throw new DedupscopeError("cannot-act-now", `${definition.title} cannot act now: ${reason}`);
    const id = this.#act(definition, parameters);
    this.#ports.onInjected(id, definition.title);
    return { id };
  }

  /** What the producer says of faults that it carries out. */
  hear(message: FromProducer): void {
    if (message.type === "fault-armed") this.#setState(message.faultId, "acting");
    if (message.type === "fault-ended") this.#setState(message.faultId, "ended");
    if (message.type === "fault-refused") {
      this.#refusals.set(message.faultId, message.reason);
      this.#setState(message.faultId, "refused");
    }
    if (message.type === "kill-me") this.#ports.killProducer();
  }

  /** The producer is ready (again): what it missed is said again, what it ended while nobody listened is noted. */
  resume(): void {
    const { ledger, runId, attempts, arm } = this.#ports;
    const known = new Map(attempts.faults().map((fault) => [fault.faultId, fault]));
    for (const { faultId, kind, parameters, state } of ledger.list(runId, limits.faultsMax)) {
      if (state !== "armed" && state !== "acting") continue;
      const fault = known.get(faultId);
      if (fault === undefined) arm({ faultId, kind, parameters });
      else this.#setState(faultId, fault.endedAtMs === null ? "acting" : "ended");
    }
  }

  snapshots(copies: Readonly<Record<LaneName, CopyCounts>>): readonly FaultSnapshot[] {
    const { ledger, runId } = this.#ports;
    return ledger.list(runId, limits.faultsMax).map((fault) => ({
      id: fault.faultId,
      kind: fault.kind,
      title: faultTable.find(({ kind }) => kind === fault.kind)?.title ?? fault.kind,
      state: fault.state,
      at: new Date(fault.atMs).toISOString(),
      endedAt: fault.endedAtMs === null ? null : new Date(fault.endedAtMs).toISOString(),
      parameters: fault.parameters,
      effects: {
        protected: this.#effects(fault.faultId, "protected", copies.protected),
        unprotected: this.#effects(fault.faultId, "unprotected", copies.unprotected),
      },
    }));
  }

  /** In words, faults that the producer would not carry out. */
  refusals(): readonly string[] {
    return [...this.#refusals.entries()].map(([id, reason]) => `fault ${id} was refused: ${reason}`);
  }

  #effects(faultId: number, lane: LaneName, copies: CopyCounts): FaultEffects {
    const { resent, absorbedByBroker } = this.#ports.attempts.faultEffects(faultId, lane);
    return { ...noEffects, resent, absorbedByBroker, ...copies.byFault.get(faultId) };
  }

  #setState(faultId: number, state: FaultState): void {
    const { ledger, runId, clock } = this.#ports;
    ledger.setState(runId, faultId, state, state === "ended" || state === "refused" ? clock.nowMs() : null);
  }

  #add(kind: string, parameters: FaultParameters, state: FaultState): number {
    const { ledger, runId, clock } = this.#ports;
    return ledger.add(runId, { kind, parameters, state, atMs: clock.nowMs() });
  }

  #act(definition: FaultDefinition, parameters: FaultParameters): number {
    const { kind, action } = definition;
    if (action.in === "plan") return this.#sendAgain(kind, parameters);
    const faultId = this.#add(kind, parameters, "armed");
    if (this.#ports.arm({ faultId, kind, parameters })) return faultId;
    this.#setState(faultId, "refused");
    throw new DedupscopeError("cannot-act-now", `${definition.title} cannot act now: the producer has just died`);
  }

  #sendAgain(kind: string, parameters: FaultParameters): number {
    const chosen = this.#chooseSecondSend(parameters["payments"] ?? 1);
    if ("cannotActBecause" in chosen) throw new DedupscopeError("cannot-act-now", chosen.cannotActBecause);
    const faultId = this.#add(kind, parameters, "acting");
    this.#ports.planAgain(
      chosen.sequences.map((sequence) => ({ sequence, eventTimeMs: null })),
      faultId,
    );
    this.#setState(faultId, "ended");
    return faultId;
  }

  #chooseSecondSend(payments: number) {
    const { attempts, intents, watermarkMs } = this.#ports;
    const finalThroughBatch = Math.min(...laneNames.map((lane) => attempts.finalThroughBatch(lane)));
    const recent = intents.plannedBatches(Math.max(0, finalThroughBatch - recentBatchesMax), recentBatchesMax);
    const laterThanMs = watermarkMs() + travelMs;
    return chooseSecondSend({ recent, finalThroughBatch, laterThanMs, payments });
  }

  #whyNot(kind: string): string | null {
    const definition = faultTable.find((fault) => fault.kind === kind);
    const producer = this.#ports.producer();
    if (definition?.action.in === "producer" && producer?.state !== "running") {
      return `the producer is ${producer?.state ?? "not started"}`;
    }
    if (definition?.action.in !== "plan") return null;
    const chosen = this.#chooseSecondSend(1);
    return "cannotActBecause" in chosen ? chosen.cannotActBecause : null;
  }
}
