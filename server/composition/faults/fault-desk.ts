import type { FaultDescription, FaultParameters } from "#contract/faults.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects, FaultSnapshot } from "#contract/snapshot.ts";
import type { FaultAction, FaultDefinition } from "../../faults/fault.ts";
import { faultTable } from "../../faults/index.ts";
import type { AttemptsReader } from "../../ledger/attempts-reader.ts";
import { parseBody } from "../../live/api/parse-body.ts";
import type { CopyCounts } from "../../live/copies.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import type { FaultBook } from "./fault-book.ts";
import type { FaultHand } from "./fault-hand.ts";

export interface FaultDeskPorts {
  readonly book: FaultBook;
  readonly attempts: Pick<AttemptsReader, "faultEffects">;
  /** Who carries out the faults of each place. */
  readonly hands: Readonly<Record<FaultAction["in"], FaultHand>>;
  /** A fault was injected: say so to everybody who watches. */
  /** Why a fault finds nothing to act on in this program, whatever its hand says; null when it does. */
  readonly whyNotHere: (definition: FaultDefinition) => string | null;
  readonly onInjected: (faultId: number, title: string) => void;
  /** The change behind a fault that can be undone; null for any other. */
  readonly changeOf: (faultId: number) => string | null;
}

const noEffects: FaultEffects = {
  resent: 0,
  absorbedByBroker: 0,
  absorbedByConsumer: 0,
  absorbedByWarehouse: 0,
  late: 0,
  bookedTwice: 0,
};

/** Takes faults from people, hands them to whoever carries them out, and says what they did. */
export class FaultDesk {
  readonly #ports: FaultDeskPorts;

  constructor(ports: FaultDeskPorts) {
    this.#ports = ports;
  }

  describe(): readonly FaultDescription[] {
    return faultTable.map((definition) => {
      const { body: _body, action: _action, ...description } = definition;
      const reason = this.#whyNot(definition);
      return { ...description, canActNow: reason === null, cannotActBecause: reason };
    });
  }

  /** Errors: not-found (unknown kind), bad-request (names the parameter), cannot-act-now (with the reason). */
  async inject(kind: string, body: unknown): Promise<{ readonly id: number }> {
    const definition = faultTable.find((fault) => fault.kind === kind);
    if (definition === undefined) {
      const known = faultTable.map((fault) => fault.kind).join(", ");
      throw new DedupscopeError("not-found", `there is no fault "${kind}"; faults: ${known}`, { parameter: "kind" });
    }
    const parameters: FaultParameters = parseBody(definition.body, body);
    const { title, action } = definition;
    const reason = this.#whyNot(definition);
    if (reason !== null) throw new DedupscopeError("cannot-act-now", `${title} cannot act now: ${reason}`);
    const id = await this.#ports.hands[action.in].inject({ definition, parameters });
    this.#ports.onInjected(id, title);
    return { id };
  }

  snapshots(copies: Readonly<Record<LaneName, CopyCounts>>): readonly FaultSnapshot[] {
    const { book, changeOf } = this.#ports;
    return book.list().map((fault) => {
      const definition = faultTable.find(({ kind }) => kind === fault.kind);
      const isPlanted = fault.state === "acting" && definition?.action.in === "alarm";
      const [ours, theirs] = laneNames.map((lane) => this.#effects(fault.faultId, definition, lane, copies[lane]));
      return {
        id: fault.faultId,
        kind: fault.kind,
        title: definition?.title ?? fault.kind,
        state: fault.state,
        at: new Date(fault.atMs).toISOString(),
        endedAt: fault.endedAtMs === null ? null : new Date(fault.endedAtMs).toISOString(),
        parameters: fault.parameters,
        alarmChangeId: isPlanted ? changeOf(fault.faultId) : null,
        effects: { protected: ours ?? noEffects, unprotected: theirs ?? noEffects },
      };
    });
  }

  /** From the attempts that carry the fault's number, the positions of its copies, and what its hand knows. */
  #effects(faultId: number, definition: FaultDefinition | undefined, lane: LaneName, copies: CopyCounts): FaultEffects {
    const { attempts, hands } = this.#ports;
    const { resent, absorbedByBroker } = attempts.faultEffects(faultId, lane);
    const known = definition === undefined ? {} : hands[definition.action.in].effects?.(faultId, lane);
    return { ...noEffects, resent, absorbedByBroker, ...known, ...copies.byFault.get(faultId) };
  }

  #whyNot(definition: FaultDefinition): string | null {
    return this.#ports.whyNotHere(definition) ?? this.#ports.hands[definition.action.in].whyNot(definition);
  }
}
