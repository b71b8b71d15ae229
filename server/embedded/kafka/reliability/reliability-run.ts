/**
 * A small Jepsen-like run against the broker as a process: clients send unique values through a proxy while answers are
 * swallowed, connections cut and the broker killed or frozen; then everything is healed and the log read from offset 0.
 */
import { setTimeout as pause } from "node:timers/promises";
import { readValues } from "../testing/build-batch.ts";
import { startBrokerProcess } from "../testing/broker-process.ts";
import type { BrokerProcess } from "../testing/broker-process.ts";
import { FaultProxy } from "../testing/fault-proxy.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, fetchRecords, listOffset } from "../testing/raw-requests.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import type { SeededRandom } from "../testing/seeded-random.ts";
import { History } from "./history.ts";
import type { Judgement, StoredValue } from "./history.ts";
import { runKafkajsWorker } from "./kafkajs-worker.ts";
import { runRawWorker } from "./raw-worker.ts";

const TOPIC = "reliability";
const PARTITIONS = 2;
const WORKERS = 4;
const FAULT_MS_MAX = 700;
const CALM_MS_MAX = 400;
const WARM_UP_PROBE_MS = 10;

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly client: "raw" | "kafkajs";
  readonly isIdempotent: boolean;
  readonly dataDirectory: string;
}

export interface RunReport extends Judgement {
  readonly faults: Readonly<Record<Fault, number>>;
  /** Log end offsets of all partitions together. */
  readonly logEnds: number;
}

const FAULTS = ["swallow-answers", "cut-connections", "kill", "freeze", "nothing"] as const;
type Fault = (typeof FAULTS)[number];

export async function runReliability(options: RunOptions): Promise<RunReport> {
  const system = await System.start(options.dataDirectory);
  const history = new History();
  const random = seededRandom(options.seed);
  let deadline = Number.POSITIVE_INFINITY;
  const goesOn = (): boolean => performance.now() < deadline;
  const run = options.client === "raw" ? runRawWorker : runKafkajsWorker;
  const workers = Array.from({ length: WORKERS }, (_, worker) =>
    run({
      worker,
      topic: TOPIC,
      partition: worker % PARTITIONS,
      history,
      goesOn,
      address: { host: "127.0.0.1", port: system.proxy.port },
      isIdempotent: options.isIdempotent,
      random: seededRandom(options.seed + worker + 1),
    }),
  );
  const inflict = async (): Promise<Record<Fault, number>> => {
    while (!history.hasBegun(WORKERS)) await pause(WARM_UP_PROBE_MS);
    deadline = performance.now() + options.seconds * 1_000;
    return await system.inflict(random, goesOn);
  };
  const [faults] = await Promise.all([inflict(), ...workers]);
  const { stored, logEnds } = await system.readAll();
  await system.stop();
  return { ...history.judge(stored), faults, logEnds };
}

class System {
  readonly proxy: FaultProxy;
  readonly #args: readonly string[];
  #broker: BrokerProcess;

  static async start(dataDirectory: string): Promise<System> {
    const target = { port: 0 };
    const proxy = await FaultProxy.start(() => target.port);
    const args = ["--advertised", `127.0.0.1:${proxy.port}`];
    const broker = await startBrokerProcess({ dataDirectory, args });
    target.port = broker.port;
    const connection = await RawConnection.open(broker);
    await createTopic(connection, { name: TOPIC, partitions: PARTITIONS });
    await connection.close();
    return new System(proxy, broker, args);
  }

  constructor(proxy: FaultProxy, broker: BrokerProcess, args: readonly string[]) {
    this.proxy = proxy;
    this.#broker = broker;
    this.#args = args;
  }

  /**
   * One fault after the other, with calm between them, until the run is over; then none. The first is always a loss of
   * answers that outlasts the clients' patience, without which a run need not show a single duplicate.
   */
  async inflict(random: SeededRandom, goesOn: () => boolean): Promise<Record<Fault, number>> {
    const counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
    counts["swallow-answers"] += 1;
    await this.#inflict("swallow-answers", FAULT_MS_MAX);
    while (goesOn()) {
      const fault = FAULTS[random.below(FAULTS.length)] ?? "nothing";
      counts[fault] += 1;
      await this.#inflict(fault, random.below(FAULT_MS_MAX));
      await pause(random.below(CALM_MS_MAX));
    }
    return counts;
  }

  async #inflict(fault: Fault, durationMs: number): Promise<void> {
    if (fault === "swallow-answers") {
      this.proxy.swallowAnswers(true);
      await pause(durationMs);
      this.proxy.swallowAnswers(false);
      this.proxy.cutConnections();
    } else if (fault === "cut-connections") {
      this.proxy.cutConnections();
    } else if (fault === "kill") {
      await this.#broker.kill();
      const { dataDirectory, port } = this.#broker;
      this.#broker = await startBrokerProcess({ dataDirectory, port, args: this.#args });
    } else if (fault === "freeze") {
      this.#broker.child.kill("SIGSTOP");
      await pause(durationMs);
      this.#broker.child.kill("SIGCONT");
    } else {
      await pause(durationMs);
    }
  }

  async readAll(): Promise<{ stored: StoredValue[]; logEnds: number }> {
    const connection = await RawConnection.open(this.#broker);
    const stored: StoredValue[] = [];
    let logEnds = 0;
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const { offset: logEnd } = await listOffset(connection, { topic: TOPIC, partition });
      logEnds += logEnd;
      let offset = 0;
      while (offset < logEnd) {
        const { records } = await fetchRecords(connection, { topic: TOPIC, partition, offset });
        const values = readValues(records).filter((each) => each.offset >= offset);
        stored.push(...values.map(({ value }) => ({ partition, value })));
        offset = (values.at(-1)?.offset ?? logEnd) + 1;
      }
    }
    await connection.close();
    return { stored, logEnds };
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.#broker.stop();
  }
}
