import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects, ProcessState } from "#contract/snapshot.ts";
import type { FaultDefinition } from "../../faults/fault.ts";
import type { AttemptsReader } from "../../ledger/attempts-reader.ts";
import type { ConsumerPorts } from "./consumer-hand.ts";
import { countRepeats } from "./count-repeats.ts";
import type { FaultBook, OpenFault } from "./fault-book.ts";
import { actionIn, type FaultHand, type Injection } from "./fault-hand.ts";
import { waitingFacts, type RepeatFacts } from "./repeat-facts.ts";

type ServerName = "broker" | "warehouse";

/** A server as the hand needs it. */
export interface ServerPorts {
  /** In words, why this program cannot touch it; null for one that it runs itself. */
  readonly external: string | null;
  readonly state: () => ProcessState | null;
  readonly processId: () => number | null;
  readonly signal: (signal: NodeJS.Signals, downMs?: number) => void;
}

export interface ServerHandPorts {
  readonly book: FaultBook;
  readonly servers: Readonly<Record<ServerName, ServerPorts>>;
  readonly attempts: Pick<AttemptsReader, "finalThroughBatch" | "attemptsOf">;
  readonly lanes: Readonly<Record<LaneName, ConsumerPorts>>;
  /** Calls back after so many milliseconds, unless the run ends before. */
  readonly later: (callback: () => void, delayMs: number) => void;
}

/** What is known of a broker's fault in a lane. */
interface BrokerFacts {
  /** The broker's process while it is frozen. */
  readonly frozenProcessId: number | null;
  /** Whether the sends that waited for an answer were looked at. */
  readonly noted: boolean;
  /** The batch whose answer did not come; null when none was under way. */
  readonly batchId: number | null;
}

/** Faults of the servers that this program runs: killed for a while, or frozen. */
export class ServerHand implements FaultHand {
  readonly #ports: ServerHandPorts;

  constructor(ports: ServerHandPorts) {
    this.#ports = ports;
    this.#wake();
  }

  whyNot(definition: FaultDefinition): string | null {
    const { server } = actionIn(definition, "server");
    const { external, state } = this.#ports.servers[server];
    if (external !== null) return external;
    const open = this.#open(server)[0];
    if (open !== undefined) return `fault ${open.record.faultId} (${open.definition.title}) is not over yet`;
    return state() === "running" ? null : `the ${server} is ${state() ?? "not started"}`;
  }

  inject({ definition, parameters }: Injection): number {
    const { book, servers } = this.#ports;
    const action = actionIn(definition, "server");
    const trouble = action.trouble(parameters);
    const faultId = book.add(definition.kind, parameters);
    book.setState(faultId, "acting");
    if (action.server === "warehouse") this.#noteSinks(faultId);
    if (trouble.kind === "frozen") this.#freeze(servers[action.server], trouble.forMs, faultId);
    else servers[action.server].signal("SIGKILL", trouble.downMs);
    if (action.server === "broker" && trouble.kind === "killed") this.#noteSends(faultId);
    return faultId;
  }

  /** Ends what is over; call it now and then. */
  tick(): void {
    for (const { record } of this.#open("broker")) {
      if (this.#ports.servers.broker.state() !== "running") continue;
      const facts = laneNames.map((lane) => this.#ports.book.facts(record.faultId, lane) as BrokerFacts | undefined);
      const isOver = laneNames.every((lane, index) => {
        const { noted = false, batchId = null } = facts[index] ?? {};
        return noted && (batchId === null || this.#ports.attempts.finalThroughBatch(lane) >= batchId);
      });
      if (isOver) this.#ports.book.setState(record.faultId, "ended");
    }
  }

  /** What the sinks repeated because the warehouse was away, as far as the lane's last cycle tells. */
  async count(lane: LaneName): Promise<void> {
    const { book, servers, lanes } = this.#ports;
    const output = lanes[lane].output();
    if (output?.failure !== null || output.cut === null || servers.warehouse.state() !== "running") return;
    for (const { record } of this.#open("warehouse")) {
      const facts = book.facts(record.faultId, lane) as RepeatFacts | undefined;
      if (facts === undefined || facts.stage === "done" || output.cut.cycle <= facts.overInCycle) continue;
      const troubled = this.#troubledBatch(facts, lane);
      // One after the other: there is hardly ever more than one.
      // oxlint-disable-next-line no-await-in-loop
      const counted = await countRepeats(troubled, { ...lanes[lane], cut: output.cut });
      book.setFacts(record.faultId, lane, { ...troubled, ...counted });
      const stages = laneNames.map((each) => (book.facts(record.faultId, each) as RepeatFacts | undefined)?.stage);
      if (stages.every((stage) => stage === "done")) book.setState(record.faultId, "ended");
    }
  }

  effects(faultId: number, lane: LaneName): Partial<FaultEffects> {
    const facts = this.#ports.book.facts(faultId, lane) as Partial<RepeatFacts & BrokerFacts> | undefined;
    if (facts?.effects !== undefined) return facts.effects;
    if (typeof facts?.batchId !== "number") return {};
    const attempts = this.#ports.attempts
      .attemptsOf([facts.batchId])
      .filter((attempt) => attempt.lane === lane && attempt.faultId === null && attempt.repeats !== null);
    const sum = (of: typeof attempts): number => of.reduce((records, attempt) => records + attempt.records, 0);
    return { resent: sum(attempts), absorbedByBroker: sum(attempts.filter(({ outcome }) => outcome === "absorbed")) };
  }

  /** The fault behind copies of a batch that no fault of the producer touched. */
  faultOfBatch(lane: LaneName, batchId: number): number | null {
    const found = this.#ports.book.allFacts(lane).find(({ facts }) => (facts as BrokerFacts).batchId === batchId);
    return found?.faultId ?? null;
  }

  #freeze(server: ServerPorts, forMs: number, faultId: number): void {
    const facts: BrokerFacts = { frozenProcessId: server.processId(), noted: false, batchId: null };
    for (const lane of laneNames) this.#ports.book.setFacts(faultId, lane, facts);
    server.signal("SIGSTOP");
    this.#ports.later(() => {
      try {
        // What waits for an answer now is what the frozen broker is about to find in its sockets.
        this.#noteSends(faultId);
      } finally {
        server.signal("SIGCONT");
      }
    }, forMs);
  }

  /** A lane has one send in flight: the batch after those that are final, if it was ever written. */
  #noteSends(faultId: number): void {
    const { book, attempts } = this.#ports;
    for (const lane of laneNames) {
      const next = attempts.finalThroughBatch(lane) + 1;
      const isUnderWay = attempts.attemptsOf([next]).some((attempt) => attempt.lane === lane);
      const facts: BrokerFacts = { frozenProcessId: null, noted: true, batchId: isUnderWay ? next : null };
      book.setFacts(faultId, lane, facts);
    }
  }

  /** A program that died while its broker was frozen left it so; waking a process that is not frozen does nothing. */
  #wake(): void {
    for (const { record } of this.#open("broker")) {
      const facts = this.#ports.book.facts(record.faultId, "protected") as BrokerFacts | undefined;
      try {
        if (typeof facts?.frozenProcessId === "number") process.kill(facts.frozenProcessId, "SIGCONT");
      } catch {
        // It is gone.
      }
      this.#ports.book.setState(record.faultId, "ended");
    }
  }

  #noteSinks(faultId: number): void {
    for (const lane of laneNames) {
      const { reader, output } = this.#ports.lanes[lane];
      const reading = reader.read();
      const facts: RepeatFacts = {
        ...waitingFacts,
        stage: "struck",
        damaged: true,
        checkpointId: reading?.checkpointId ?? null,
        fromBatchId: (reading?.batchId ?? -1) + 1,
        overInCycle: (output()?.cut?.cycle ?? 0) + 1,
      };
      this.#ports.book.setFacts(faultId, lane, facts);
    }
  }

  /** The batch whose insert failed; without one nothing was under way, and nothing had to be repeated. */
  #troubledBatch(facts: RepeatFacts, lane: LaneName): RepeatFacts {
    const { reader } = this.#ports.lanes[lane];
    const batchId = reader.firstTroubledBatch(facts.checkpointId ?? "", facts.fromBatchId - 1);
    if (batchId === null) return { ...facts, over: true };
    return { ...facts, over: true, fromBatchId: batchId, toBatchId: batchId };
  }

  #open(server: ServerName): readonly OpenFault[] {
    const { book } = this.#ports;
    return book.open("server").filter(({ definition }) => actionIn(definition, "server").server === server);
  }
}
