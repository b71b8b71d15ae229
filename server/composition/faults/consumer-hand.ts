import { laneNames, type LaneName } from "#contract/names.ts";
import type { FaultEffects, ProcessState } from "#contract/snapshot.ts";
import { deleteCheckpoint, tearCheckpoint } from "../../consumer/checkpoint/checkpoint.ts";
import type { CheckpointReading, ConsumerReader } from "../../consumer/reader.ts";
import type { FromConsumer, ToConsumer } from "../../processes/messages.ts";
import type { CycleOutput } from "../../warehouse/types.ts";
import type { BatchRange } from "../../warehouse/lane-warehouse.ts";
import { waitingFacts, type RepeatFacts } from "./repeat-facts.ts";
import { countRepeats } from "./count-repeats.ts";
import type { FaultBook, OpenFault } from "./fault-book.ts";
import { actionIn, type FaultHand, type Injection } from "./fault-hand.ts";

/** A lane's consumer as the hand needs it. */
export interface ConsumerPorts {
  readonly checkpointDirectory: string;
  readonly reader: ConsumerReader;
  readonly state: () => ProcessState | null;
  readonly send: (message: ToConsumer) => void;
  readonly kill: () => void;
  /** What the last cycle of the lane's warehouse said. */
  readonly output: () => CycleOutput | null;
  readonly repeats: (batches: BatchRange) => Promise<{ readonly stored: number; readonly booked: number }>;
}

export interface ConsumerHandPorts {
  readonly book: FaultBook;
  readonly lanes: Readonly<Record<LaneName, ConsumerPorts>>;
}

/**
 * Faults of the consumers and their sinks, in both lanes. The restarts are the supervisor's. One at a time: two that
 * meet the same micro-batch could not be told apart in what they led to.
 */
export class ConsumerHand implements FaultHand {
  readonly #ports: ConsumerHandPorts;

  constructor(ports: ConsumerHandPorts) {
    this.#ports = ports;
  }

  whyNot(): string | null {
    const { lanes } = this.#ports;
    const [open] = this.#open();
    if (open !== undefined) {
      const { record, definition } = open;
      const what = `fault ${record.faultId} (${definition.title})`;
      return record.state === "armed" ? `${what} waits for its batch` : `${what} is not over, or not counted yet`;
    }
    const down = laneNames.find((lane) => lanes[lane].state() !== "running");
    return down === undefined ? null : `the consumer of the ${down} lane is ${lanes[down].state() ?? "not started"}`;
  }

  inject({ definition, parameters }: Injection): number {
    const { book, lanes } = this.#ports;
    const faultId = book.add(definition.kind, parameters);
    const atOnce = definition.action.in === "consumer" && definition.action.kill.at(parameters) === null;
    for (const lane of laneNames)
      book.setFacts(faultId, lane, { ...waitingFacts, stage: atOnce ? "struck" : "waiting" } satisfies RepeatFacts);
    if (atOnce) book.setState(faultId, "acting");
    const [fault] = this.#open();
    if (fault !== undefined) for (const lane of laneNames) this.#strikeOrArm(fault, lane, atOnce);
    for (const lane of atOnce ? laneNames : []) lanes[lane].kill();
    return faultId;
  }

  hear(lane: LaneName, message: FromConsumer): void {
    if (message.type === "ready") this.#resume(lane);
    if (message.type === "crash-point-reached") {
      const reading = this.#ports.lanes[lane].reader.read();
      const batchId = (reading?.batchId ?? -1) + (message.point === "after-commit" ? 0 : 1);
      const batch = { checkpointId: reading?.checkpointId ?? null, fromBatchId: batchId, toBatchId: batchId };
      this.#change(lane, message.faultId, () => ({ ...batch, stage: "struck", damaged: true, over: true }));
      this.#ports.lanes[lane].kill();
    }
    if (message.type === "insert-fault-acted") {
      const { checkpointId, batchId, rowsUnanswered } = message;
      this.#change(lane, message.faultId, (facts) => ({
        stage: "struck",
        damaged: true,
        checkpointId,
        fromBatchId: batchId,
        toBatchId: batchId,
        rowsUnanswered: facts.rowsUnanswered + rowsUnanswered,
      }));
    }
    if (message.type === "insert-fault-ended") this.#over(lane, message.faultId);
  }

  /** The lane's consumer is dead and about to start: the moment for what is done to its checkpoint. */
  beforeStart(lane: LaneName): void {
    for (const fault of this.#open()) {
      const facts = this.#facts(fault, lane);
      if (facts?.stage !== "struck" || facts.damaged || fault.definition.action.in !== "consumer") continue;
      this.#damage(lane, fault);
    }
  }

  /** Counts what the faults led to, as far as the lane's last cycle tells. */
  async count(lane: LaneName): Promise<void> {
    const ports = this.#ports.lanes[lane];
    const output = ports.output();
    if (output?.failure !== null || output.cut === null) return;
    for (const fault of this.#open()) {
      const facts = this.#facts(fault, lane);
      if (facts?.stage !== "struck") continue;
      // One after the other: there is hardly ever more than one.
      // oxlint-disable-next-line no-await-in-loop
      const counted = await countRepeats(facts, { ...ports, cut: output.cut });
      this.#change(lane, fault.record.faultId, () => counted);
    }
  }

  effects(faultId: number, lane: LaneName): Partial<FaultEffects> {
    return (this.#ports.book.facts(faultId, lane) as RepeatFacts | undefined)?.effects ?? {};
  }

  #open(): readonly OpenFault[] {
    return this.#ports.book.open("consumer", "sink");
  }

  #facts({ record }: OpenFault, lane: LaneName): RepeatFacts | undefined {
    return this.#ports.book.facts(record.faultId, lane) as RepeatFacts | undefined;
  }

  /** The consumer is there (again): what it has not met is armed anew. */
  #resume(lane: LaneName): void {
    for (const fault of this.#open()) {
      const { record, definition } = fault;
      const facts = this.#facts(fault, lane);
      if (facts?.stage === "waiting") this.#strikeOrArm(fault, lane, false);
      if (definition.action.in !== "sink" || facts?.stage !== "struck" || facts.over) continue;
      // Rows that were to be inserted again died with the process; an answer that was being lost is lost.
      if (definition.action.rule.againAfterMs(record.parameters) === null) this.#over(lane, record.faultId);
      else {
        this.#ports.book.setFacts(record.faultId, lane, waitingFacts);
        this.#strikeOrArm(fault, lane, false);
      }
    }
  }

  #strikeOrArm({ record, definition }: OpenFault, lane: LaneName, atOnce: boolean): void {
    if (atOnce) return;
    const { faultId, kind, parameters } = record;
    const { send } = this.#ports.lanes[lane];
    if (definition.action.in === "sink") send({ type: "arm-insert-fault", fault: { faultId, kind, parameters } });
    else {
      const point = actionIn(definition, "consumer").kill.at(parameters);
      if (point !== null) send({ type: "arm-crash", faultId, point });
    }
  }

  #damage(lane: LaneName, { record, definition }: OpenFault): void {
    const { reader, checkpointDirectory } = this.#ports.lanes[lane];
    const damage = actionIn(definition, "consumer").kill.damage(record.parameters);
    const reading = reader.read();
    const facts = damage.kind === "delete" ? deletedFacts(reading) : atWork(reading);
    // Written down first: what a deleted checkpoint held can be read only now.
    this.#change(lane, record.faultId, () => ({ ...facts, over: true }));
    if (damage.kind === "delete") deleteCheckpoint(checkpointDirectory);
    if (damage.kind === "tear") tearCheckpoint(checkpointDirectory, damage.log);
    this.#change(lane, record.faultId, () => ({ damaged: true }));
  }

  #over(lane: LaneName, faultId: number): void {
    const cycle = this.#ports.lanes[lane].output()?.cut?.cycle ?? 0;
    // The cycle that is under way may have looked before the last rows came.
    this.#change(lane, faultId, () => ({ over: true, overInCycle: cycle + 1 }));
  }

  #change(lane: LaneName, faultId: number, next: (facts: RepeatFacts) => Partial<RepeatFacts>): void {
    const { book } = this.#ports;
    const facts = book.facts(faultId, lane) as RepeatFacts | undefined;
    if (facts === undefined || facts.stage === "done") return;
    const changed: RepeatFacts = { ...facts, ...next(facts) };
    book.setFacts(faultId, lane, changed);
    const stages = laneNames.map((each) => (book.facts(faultId, each) as RepeatFacts | undefined)?.stage);
    if (stages.every((stage) => stage === "done")) book.setState(faultId, "ended");
    else if (changed.stage !== facts.stage) book.setState(faultId, "acting");
  }
}

/** The batch that was at work, or the one that comes next. */
function atWork(reading: CheckpointReading | null): Partial<RepeatFacts> {
  const batchId = (reading?.batchId ?? -1) + 1;
  return { checkpointId: reading?.checkpointId ?? null, fromBatchId: batchId, toBatchId: batchId };
}

/** Everything under the checkpoint that follows, up to where this one stood. */
function deletedFacts(reading: CheckpointReading | null): Partial<RepeatFacts> {
  return { checkpointId: reading?.checkpointId ?? null, readBefore: reading?.offsets ?? {} };
}
