import type { AlarmChangeDocument } from "#contract/api.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import { choice, type FaultDefinition } from "../../faults/fault.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import type { Warehouse } from "../../warehouse/lane-warehouse.ts";
import type { CycleOutput } from "../../warehouse/types.ts";
import type { FaultBook } from "./fault-book.ts";
import { actionIn, type FaultHand, type Injection } from "./fault-hand.ts";

export interface AlarmLane {
  readonly warehouse: Pick<Warehouse, "tryAlarm" | "undoAlarm" | "alarmChanges">;
  readonly output: () => CycleOutput | null;
}

export interface AlarmHandPorts {
  readonly book: FaultBook;
  readonly lanes: Readonly<Record<LaneName, AlarmLane>>;
  readonly newChangeId: () => string;
}

interface AlarmFacts {
  readonly changeId: string;
}

/** Tries the alarm: changes what is booked behind the pipeline's back, and makes it what it was. */
export class AlarmHand implements FaultHand {
  readonly #ports: AlarmHandPorts;

  constructor(ports: AlarmHandPorts) {
    this.#ports = ports;
  }

  whyNot(_definition: FaultDefinition): string | null {
    const outputs = laneNames.map((lane) => this.#ports.lanes[lane].output());
    if (outputs.some((output) => output !== null && output.failure !== null)) return "the warehouse does not answer";
    return outputs.some((output) => output !== null && output.settledUntil !== null)
      ? null
      : "no payment has settled yet";
  }

  async inject({ definition, parameters }: Injection): Promise<number> {
    const { book, lanes, newChangeId } = this.#ports;
    const trial = actionIn(definition, "alarm").trial(parameters);
    const lane = choice(parameters, "lane", laneNames);
    const changeId = newChangeId();
    const { warehouse } = lanes[lane];
    try {
      await warehouse.tryAlarm({ changeId, ...trial });
    } catch (error) {
      // Half of it may be done.
      await warehouse.undoAlarm(changeId).catch(() => undefined);
      throw error;
    }
    const faultId = book.add(definition.kind, parameters);
    book.setFacts(faultId, lane, { changeId } satisfies AlarmFacts);
    book.setState(faultId, "acting");
    return faultId;
  }

  /** Everything that is changed and not undone, in both lanes. */
  async changes(): Promise<readonly AlarmChangeDocument[]> {
    const lists = await Promise.all(
      laneNames.map(async (lane) => {
        const changes = await this.#ports.lanes[lane].warehouse.alarmChanges();
        return changes.map((change) => ({
          id: change.changeId,
          lane,
          kind: change.kind,
          transactionId: change.transactionId,
          windowStart: change.windowStart,
          faultId: this.#faultOf(lane, change.changeId),
        }));
      }),
    );
    return lists.flat();
  }

  /** Errors: not-found for a change that never was, cannot-act-now for one that is undone. */
  async undo(changeId: string): Promise<{ readonly id: string; readonly lane: LaneName }> {
    const { lanes, book } = this.#ports;
    for (const lane of laneNames) {
      // The second lane is asked only when the change is not of the first.
      // oxlint-disable-next-line no-await-in-loop
      const undone = await lanes[lane].warehouse.undoAlarm(changeId);
      const faultId = this.#faultOf(lane, changeId);
      if (faultId !== null && book.isOpen(faultId)) book.setState(faultId, "ended");
      if (undone) return { id: changeId, lane };
      if (faultId !== null)
        throw new DedupscopeError(
          "cannot-act-now",
          `the change "${changeId}" is undone already; nothing is left to do`,
        );
    }
    const present = (await this.changes()).map(({ id }) => id);
    const known = present.length === 0 ? "nothing is changed now" : `changes: ${present.join(", ")}`;
    throw new DedupscopeError("not-found", `there is no change "${changeId}"; ${known}`, { parameter: "id" });
  }

  /** The change of a fault that is not undone; null otherwise. */
  changeOf(faultId: number): string | null {
    for (const lane of laneNames) {
      const facts = this.#ports.book.facts(faultId, lane) as AlarmFacts | undefined;
      if (typeof facts?.changeId === "string") return facts.changeId;
    }
    return null;
  }

  #faultOf(lane: LaneName, changeId: string): number | null {
    const found = this.#ports.book.allFacts(lane).find(({ facts }) => (facts as AlarmFacts).changeId === changeId);
    return found?.faultId ?? null;
  }
}
