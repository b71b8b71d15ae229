import { randomUUID } from "node:crypto";
import { laneNames, type LaneName, type ProcessName } from "#contract/names.ts";
import type { ProcessState } from "#contract/snapshot.ts";
import type { Config } from "../../config.ts";
import type { FaultsLedger } from "../../ledger/app-faults.ts";
import type { AttemptsReader } from "../../ledger/attempts-reader.ts";
import type { IntentsReader } from "../../ledger/intents-reader.ts";
import type { FromConsumer, FromProducer } from "../../processes/messages.ts";
import type { Supervisor } from "../../processes/supervisor.ts";
import type { Clock } from "../../shared/clock.ts";
import type { KafkaConnection } from "../../shared/connections.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { RunLane } from "../run-lane.ts";
import { whyNotWithSpark } from "../spark-engine.ts";
import { AlarmHand, type AlarmLane } from "./alarm-hand.ts";
import { ConsumerHand, type ConsumerPorts } from "./consumer-hand.ts";
import { FaultBook } from "./fault-book.ts";
import { FaultDesk } from "./fault-desk.ts";
import { PlanHand } from "./plan-hand.ts";
import { ProducerHand } from "./producer-hand.ts";
import { ServerHand } from "./server-hand.ts";

export interface RunFaultsParts {
  readonly runId: string;
  readonly config: Pick<Config, "kafka" | "bigquery" | "spark" | "watermarkDelayMs">;
  readonly kafka: KafkaConnection;
  readonly clock: Clock;
  readonly ledger: FaultsLedger;
  readonly attempts: AttemptsReader;
  readonly intents: IntentsReader;
  readonly simulator: Simulator;
  readonly supervisor: Supervisor;
  readonly lanes: Readonly<Record<LaneName, RunLane>>;
  /** The run's end. */
  readonly ended: AbortSignal;
  readonly onInjected: (faultId: number, title: string) => void;
  /** What became of a fault cannot be kept, in words; null when it can again. */
  readonly onTrouble: (text: string | null) => void;
}

/** The desk of a run, and what the run tells the hands that carry its faults out. */
export interface RunFaults {
  readonly desk: FaultDesk;
  readonly alarm: AlarmHand;
  readonly faultOfBatch: (lane: LaneName, batchId: number) => number | null;
  readonly hearProducer: (message: FromProducer) => void;
  readonly hearConsumer: (lane: LaneName, message: FromConsumer) => void;
  readonly beforeConsumerStarts: (lane: LaneName) => void;
  /** Call it now and then. */
  readonly tick: () => void;
  /** After a cycle of the lane's warehouse. */
  readonly count: (lane: LaneName) => Promise<void>;
  /** In words, faults that the producer would not carry out. */
  readonly refusals: () => readonly string[];
}

/** Joins each hand to the part of the run where it acts. */
export function createRunFaults(parts: RunFaultsParts): RunFaults {
  const { attempts, lanes, onTrouble } = parts;
  const book = new FaultBook(parts);
  const consumers = { protected: consumerPorts(parts, "protected"), unprotected: consumerPorts(parts, "unprotected") };
  const producer = createProducerHand(book, parts);
  const plan = new PlanHand({
    ...parts,
    book,
    lateIn: (lane, range) => lanes[lane].reader.countLateIn(range),
    watermarksMs: () => laneNames.map((lane) => lanes[lane].reader.read()?.watermarkMs ?? 0),
    watermarkDelayMs: parts.config.watermarkDelayMs,
  });
  const consumer = new ConsumerHand({ book, lanes: consumers });
  const server = createServerHand(book, parts, consumers);
  const alarm = new AlarmHand({
    book,
    lanes: { protected: alarmLane(lanes.protected), unprotected: alarmLane(lanes.unprotected) },
    newChangeId: randomUUID,
  });
  const desk = new FaultDesk({
    book,
    attempts,
    whyNotHere: (definition) => whyNotWithSpark(parts.config, definition),
    hands: { producer, plan, consumer, sink: consumer, server, alarm },
    onInjected: parts.onInjected,
    changeOf: (faultId) => alarm.changeOf(faultId),
  });
  const orTrouble = (task: () => void): void => {
    try {
      task();
      onTrouble(null);
    } catch (error) {
      onTrouble(`what became of a fault cannot be kept: ${messageOf(error)}`);
    }
  };
  return {
    desk,
    alarm,
    faultOfBatch: (lane, batchId) => server.faultOfBatch(lane, batchId),
    hearProducer: (message) => {
      orTrouble(() => {
        producer.hear(message);
      });
    },
    hearConsumer: (lane, message) => {
      orTrouble(() => {
        consumer.hear(lane, message);
      });
    },
    beforeConsumerStarts: (lane) => {
      orTrouble(() => {
        consumer.beforeStart(lane);
      });
    },
    tick: () => {
      orTrouble(() => {
        plan.tick();
        server.tick();
      });
    },
    count: async (lane) => {
      await consumer.count(lane);
      await server.count(lane);
    },
    refusals: () => producer.refusals(),
  };
}

function stateOf({ supervisor }: RunFaultsParts, name: ProcessName): ProcessState | null {
  return supervisor.snapshots().find((entry) => entry.name === name)?.state ?? null;
}

function createProducerHand(book: FaultBook, parts: RunFaultsParts): ProducerHand {
  const { attempts, supervisor } = parts;
  return new ProducerHand({
    book,
    attempts,
    state: () => stateOf(parts, "producer"),
    arm: (fault) => supervisor.send("producer", { type: "arm-fault", fault }),
    kill: () => supervisor.kill("producer", "SIGKILL"),
  });
}

function consumerPorts(parts: RunFaultsParts, lane: LaneName): ConsumerPorts {
  const { checkpointDirectory, reader, watch, warehouse } = parts.lanes[lane];
  const name = `consumer-${lane}` as const;
  return {
    checkpointDirectory,
    reader,
    state: () => stateOf(parts, name),
    send: (message) => parts.supervisor.send(name, message),
    kill: () => parts.supervisor.kill(name, "SIGKILL"),
    output: () => watch.output,
    repeats: (batches) => warehouse.repeats(batches),
  };
}

function createServerHand(
  book: FaultBook,
  parts: RunFaultsParts,
  lanes: Readonly<Record<LaneName, ConsumerPorts>>,
): ServerHand {
  const { supervisor, config, kafka, attempts, ended } = parts;
  const cannot = "this program did not start it and cannot stop it";
  const port = (name: "broker" | "warehouse", external: string | null) => ({
    external: external === null ? null : `${external} is external: ${cannot}`,
    state: () => stateOf(parts, name),
    processId: () => supervisor.snapshots().find((entry) => entry.name === name)?.processId ?? null,
    signal: (signal: NodeJS.Signals, downMs?: number) => supervisor.kill(name, signal, downMs),
  });
  return new ServerHand({
    book,
    attempts,
    lanes,
    servers: {
      broker: port("broker", config.kafka === null ? null : `the broker at ${kafka.brokers.join(", ")}`),
      warehouse: port("warehouse", config.bigquery === null ? null : "BigQuery"),
    },
    later: (callback, delayMs) => {
      const early = (): void => {
        clearTimeout(timer);
        callback();
      };
      const timer = setTimeout(() => {
        ended.removeEventListener("abort", early);
        callback();
      }, delayMs);
      // A broker must not stay frozen when the run that froze it ends.
      ended.addEventListener("abort", early, { once: true });
    },
  });
}

function alarmLane({ warehouse, watch }: RunLane): AlarmLane {
  return { warehouse, output: () => watch.output };
}
