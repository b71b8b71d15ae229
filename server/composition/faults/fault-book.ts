import type { FaultParameters } from "#contract/faults.ts";
import { limits } from "#contract/limits.ts";
import type { LaneName } from "#contract/names.ts";
import type { FaultState } from "#contract/snapshot.ts";
import { faultTable } from "../../faults/index.ts";
import type { FaultAction, FaultDefinition } from "../../faults/fault.ts";
import type { FaultRecord, FaultsLedger } from "../../ledger/app-faults.ts";
import type { Clock } from "../../shared/clock.ts";

export interface FaultBookParts {
  readonly runId: string;
  readonly ledger: FaultsLedger;
  readonly clock: Clock;
}

/** A fault that has not ended, with its row of the table. */
export interface OpenFault {
  readonly record: FaultRecord;
  readonly definition: FaultDefinition;
}

/** The faults of one run as they are kept on disk; the hands write what they know of each lane. */
export class FaultBook {
  readonly #parts: FaultBookParts;

  constructor(parts: FaultBookParts) {
    this.#parts = parts;
  }

  /** Numbers a fault; it is armed. */
  add(kind: string, parameters: FaultParameters): number {
    const { ledger, runId, clock } = this.#parts;
    return ledger.add(runId, { kind, parameters, state: "armed", atMs: clock.nowMs() });
  }

  setState(faultId: number, state: FaultState): void {
    const { ledger, runId, clock } = this.#parts;
    ledger.setState(runId, faultId, state, state === "ended" || state === "refused" ? clock.nowMs() : null);
  }

  isOpen(faultId: number): boolean {
    return this.#parts.ledger.open(this.#parts.runId).some((record) => record.faultId === faultId);
  }

  list(): readonly FaultRecord[] {
    return this.#parts.ledger.list(this.#parts.runId, limits.faultsMax);
  }

  /** Faults that are armed or acting and carried out in one of these places, oldest first. */
  open(...places: readonly FaultAction["in"][]): readonly OpenFault[] {
    return this.#parts.ledger.open(this.#parts.runId).flatMap((record) => {
      const definition = faultTable.find(({ kind }) => kind === record.kind);
      return definition !== undefined && places.includes(definition.action.in) ? [{ record, definition }] : [];
    });
  }

  /** What a hand wrote of a fault in a lane; undefined when nothing. */
  facts(faultId: number, lane: LaneName): unknown {
    return this.#parts.ledger.lane(this.#parts.runId, faultId, lane);
  }

  setFacts(faultId: number, lane: LaneName, facts: object): void {
    this.#parts.ledger.setLane(this.#parts.runId, faultId, lane, facts);
  }

  /** Every fault of the run to which a hand wrote facts of the lane, by number. */
  allFacts(lane: LaneName): readonly { readonly faultId: number; readonly facts: unknown }[] {
    return this.#parts.ledger.lanes(this.#parts.runId, lane);
  }
}
