import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ProtectionsRequest, SimulatorRequest } from "#contract/api.ts";
import { laneNames, type LaneName, type Protections } from "#contract/names.ts";
import type { Config } from "../config.ts";
import { openAttemptsReader, type AttemptsReader } from "../ledger/attempts-reader.ts";
import type { FaultsLedger } from "../ledger/app-faults.ts";
import type { LogStarts, RunRecord, RunsLedger } from "../ledger/app-runs.ts";
import { openIntentsReader, type IntentsReader } from "../ledger/intents-reader.ts";
import { openIntentsWriter, type IntentsWriter } from "../ledger/intents-writer.ts";
import type { FromConsumer } from "../processes/messages.ts";
import type { Supervisor } from "../processes/supervisor.ts";
import type { Clock } from "../shared/clock.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import { Simulator } from "../simulator/simulator.ts";
import type { BrokerLink } from "./broker-link.ts";
import { drain, undrained } from "./drain.ts";
import { createRunFaults, type RunFaults } from "./faults/run-faults.ts";
import { consumerSpec, producerSpec } from "./process-specs.ts";
import { keepTrying } from "./keep-trying.ts";
import { embeddedCycleMs, externalCycleMs } from "./layers.ts";
import { RunAlarms, type AlarmSource } from "./run-alarms.ts";
import { createRunLane, type RunLane } from "./run-lane.ts";
import { refuseIdleSwitch } from "./spark-engine.ts";
import { consumerSettings, producerSettings, type RunSettingsSource } from "./run-settings.ts";

export interface RunSurroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly supervisor: Supervisor;
  readonly kafka: KafkaConnection;
  readonly warehouse: WarehouseConnection;
  /** Resolve when they answer for the first time; reject with the reason when they never will. */
  readonly kafkaReady: Promise<void>;
  readonly warehouseReady: Promise<void>;
  readonly link: BrokerLink;
  readonly runs: RunsLedger;
  readonly faults: FaultsLedger;
  readonly onFault: (faultId: number, title: string) => void;
}

export interface RunOptions {
  readonly record: RunRecord;
  readonly directory: string;
  readonly ratePerSecond: number;
  readonly running: boolean;
}

const drainStillMsMin = 4_000;

/** A broker that has not answered for this long is an alarm. */
const patienceMs = 2_000;
const brokerRetryMs = 500;
const prepareRetryMs = 2_000;
const externalWarehouseRemedy =
  "check BIGQUERY_PROJECT, the credentials (GOOGLE_APPLICATION_CREDENTIALS) and the network";

/** One run: its ledgers, its simulator, its lanes, and the processes that work for it. */
export class Run {
  readonly id: string;
  readonly record: RunRecord;
  readonly simulator: Simulator;
  readonly intents: IntentsReader;
  readonly attempts: AttemptsReader;
  readonly lanes: Readonly<Record<LaneName, RunLane>>;
  readonly faults: RunFaults;
  readonly #alarms = new RunAlarms();
  readonly #surroundings: RunSurroundings;
  readonly #directory: string;
  readonly #writer: IntentsWriter;
  #protections: Readonly<Record<LaneName, Protections>>;
  /** Lanes whose dataset is there. */
  readonly #prepared = new Set<LaneName>();
  readonly #stopping = new AbortController();
  #topicsReady = false;

  constructor(surroundings: RunSurroundings, options: RunOptions) {
    const { record, directory } = options;
    const { clock } = surroundings;
    mkdirSync(directory, { recursive: true });
    this.#surroundings = surroundings;
    this.#directory = directory;
    this.id = record.runId;
    this.record = record;
    this.#protections = record.protections;
    this.#writer = openIntentsWriter(this.#file("intents"));
    this.intents = openIntentsReader(this.#file("intents"));
    this.attempts = openAttemptsReader(this.#file("attempts"));
    this.simulator = new Simulator({
      ledger: this.#writer,
      clock,
      timer: startTimer,
      seed: record.seed,
      partitions: record.partitions,
      ratePerSecond: options.ratePerSecond,
      running: options.running,
      onPlanned: (lastBatchId) => surroundings.supervisor.send("producer", { type: "plan-advanced", lastBatchId }),
      onAlarm: (text) => {
        this.#alarms.set("simulator", text);
      },
    });
    this.lanes = { protected: this.#createLane("protected"), unprotected: this.#createLane("unprotected") };
    this.faults = this.#createFaults();
  }

  /**
   * Payments are made at once; each process starts as soon as what it works on is there. Resolves when all run; what
   * cannot start is an alarm, and the others go on.
   */
  async begin(): Promise<void> {
    this.simulator.start();
    const topics = this.#beginBroker();
    await Promise.all([
      this.#orAlarm("producer", this.#beginProducer(topics)),
      ...laneNames.map((lane) => this.#orAlarm(`consumer ${lane}`, this.#beginConsumer(lane, topics))),
    ]);
  }

  /** Why the run cannot go on now: who does not answer, or has not been started. */
  get obstacles(): readonly string[] {
    const known = new Set(this.#surroundings.supervisor.snapshots().map(({ name }) => name));
    const needed = ["producer", ...laneNames.map((lane) => `consumer-${lane}` as const)] as const;
    const missing = needed.filter((name) => !known.has(name)).map((name) => `${name} is not started yet`);
    return [...this.#alarms.silences(), ...missing];
  }

  /** What somebody must look at, in words. */
  get alarms(): readonly string[] {
    const unreadable = Object.values(this.lanes).flatMap((lane) => lane.observer.alarms());
    return [...this.#alarms.list(), ...unreadable];
  }

  protections(lane: LaneName): Protections {
    return this.#protections[lane];
  }

  /** Each switch takes effect at its layer's own boundary; what was said is kept at once. Errors: cannot-act-now. */
  setProtections(lane: LaneName, request: ProtectionsRequest): Protections {
    const { supervisor, runs, config } = this.#surroundings;
    refuseIdleSwitch(config, this.#protections[lane], request);
    const given = Object.fromEntries(Object.entries(request).filter(([, on]) => on !== undefined));
    const next: Protections = { ...this.#protections[lane], ...given };
    this.#protections = { ...this.#protections, [lane]: next };
    runs.setProtections(this.id, this.#protections);
    if (request.idempotence !== undefined) {
      supervisor.send("producer", { type: "set-idempotence", lane, on: request.idempotence });
    }
    const { deduplication, insertIds } = next;
    supervisor.send(`consumer-${lane}`, { type: "set-protections", protections: { deduplication, insertIds } });
    return next;
  }

  setSimulator({ running, ratePerSecond }: SimulatorRequest): void {
    if (ratePerSecond !== undefined) this.simulator.setRate(ratePerSecond);
    if (running === true) this.simulator.resume();
    if (running === false) this.simulator.pause();
  }

  /** One cycle of each lane's warehouse, one after the other: they share its single writer. */
  async cycleWarehouse(): Promise<void> {
    for (const lane of Object.values(this.lanes)) {
      if (!this.#prepared.has(lane.name)) continue;
      try {
        await lane.watch.cycle();
        const failure = lane.watch.output?.failure ?? null;
        if (failure === null) {
          await lane.decisions.ship();
          await this.faults.count(lane.name);
        }
        this.#alarms.set(`warehouse ${lane.name}`, failure === null ? null : `${lane.name} lane: ${failure}`);
      } catch (error) {
        this.#alarms.set(`warehouse ${lane.name}`, `the warehouse of the ${lane.name} lane: ${messageOf(error)}`);
      }
    }
  }

  async pollBroker(): Promise<void> {
    await Promise.all(Object.values(this.lanes).map((lane) => lane.observer.pollBroker()));
    if (this.#topicsReady) this.#judgeBroker();
    this.faults.tick();
  }

  #judgeBroker(): void {
    const { clock, kafka } = this.#surroundings;
    const troubles = Object.values(this.lanes).flatMap((lane) => lane.observer.brokerTrouble ?? []);
    const worst = troubles.find(({ sinceMs }) => clock.nowMs() - sinceMs >= patienceMs);
    const since = new Date(worst?.sinceMs ?? 0).toISOString();
    const text = `the broker at ${kafka.brokers.join(", ")} does not answer since ${since}: ${worst?.reason ?? ""}`;
    this.#alarms.set("broker", worst === undefined ? null : text);
  }

  /** Waits until everything that was intended is booked and judged, at most for a while. */
  async drain(): Promise<void> {
    this.simulator.pause();
    const { clock, config } = this.#surroundings;
    // Two cycles of the warehouse without any progress: a layer is down.
    const cycleMs = config.bigquery === null ? embeddedCycleMs : externalCycleMs;
    await drain({
      clock,
      stillMs: Math.max(drainStillMsMin, 2 * cycleMs),
      rest: () => undrained(Object.values(this.lanes), this),
    });
  }

  /** Stops what works for this run and closes its files; everything is on disk. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.simulator.stop();
    const { supervisor } = this.#surroundings;
    await Promise.all([supervisor.stop("producer"), ...laneNames.map((lane) => supervisor.stop(`consumer-${lane}`))]);
    for (const lane of Object.values(this.lanes)) lane.reader.close();
    this.intents.close();
    this.attempts.close();
    this.#writer.close();
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.sqlite`);
  }

  #createLane(lane: LaneName): RunLane {
    const { clock, logger, link, kafka, warehouse, supervisor } = this.#surroundings;
    return createRunLane({
      runId: this.id,
      lane,
      directory: this.#directory,
      clock,
      logger,
      link,
      warehouse,
      intents: this.intents,
      attempts: this.attempts,
      protections: () => this.#protections[lane],
      faultOfBatch: (batchId) => this.faults.faultOfBatch(lane, batchId),
      down: () => this.#alarms.down(lane, kafka.brokers.join(", "), supervisor.snapshots()),
    });
  }

  #createFaults(): RunFaults {
    const { faults: ledger, onFault } = this.#surroundings;
    return createRunFaults({
      ...this.#surroundings,
      runId: this.id,
      ledger,
      attempts: this.attempts,
      intents: this.intents,
      simulator: this.simulator,
      lanes: this.lanes,
      ended: this.#stopping.signal,
      onInjected: onFault,
      onTrouble: (text) => {
        this.#alarms.set("faults", text);
      },
    });
  }

  async #orAlarm(source: AlarmSource, starting: Promise<void>): Promise<void> {
    try {
      await starting;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#alarms.set(source, messageOf(error));
      this.#surroundings.logger.error({ reason: messageOf(error) }, `the ${source} could not start`);
    }
  }

  async #beginProducer(topics: Promise<void>): Promise<void> {
    await topics;
    if (this.#stopping.signal.aborted) return;
    const files = { intentsFile: this.#file("intents"), attemptsFile: this.#file("attempts") };
    await this.#surroundings.supervisor.start(
      producerSpec(
        () => producerSettings(this.#settingsSource(), files),
        (message) => {
          this.faults.hearProducer(message);
        },
      ),
    );
  }

  /** Makes the lane's dataset, however long the warehouse does not do it. */
  async #prepareWarehouse(lane: LaneName): Promise<void> {
    const { warehouseReady, config } = this.#surroundings;
    await warehouseReady;
    const isReady = await keepTrying(() => this.lanes[lane].warehouse.prepare(), {
      who: `${lane} lane: the warehouse`,
      ...(config.bigquery === null ? {} : { remedy: externalWarehouseRemedy }),
      signal: this.#stopping.signal,
      retryMs: prepareRetryMs,
      onTrouble: (text) => {
        this.#alarms.set(`warehouse ${lane}`, text);
      },
    });
    if (isReady) this.#prepared.add(lane);
  }

  async #beginConsumer(lane: LaneName, topics: Promise<void>): Promise<void> {
    await this.#prepareWarehouse(lane);
    await topics;
    if (this.#stopping.signal.aborted) return;
    const { supervisor, warehouse } = this.#surroundings;
    const { checkpointDirectory } = this.lanes[lane];
    await supervisor.start(
      consumerSpec(
        lane,
        () => {
          // What the last incarnation complained of died with it; this one says it again if it is still so.
          this.#alarms.set(`consumer ${lane}`, null);
          this.faults.beforeConsumerStarts(lane);
          return consumerSettings(this.#settingsSource(), { lane, warehouse, checkpointDirectory });
        },
        (message) => {
          this.#hearConsumer(lane, message);
        },
        this.#surroundings.config.spark === null ? "embedded" : "spark",
      ),
    );
  }

  async #beginBroker(): Promise<void> {
    const { kafka, kafkaReady } = this.#surroundings;
    await kafkaReady;
    const isReady = await keepTrying(() => this.#prepareBroker(), {
      who: `the broker at ${kafka.brokers.join(", ")}`,
      signal: this.#stopping.signal,
      retryMs: brokerRetryMs,
      onTrouble: (text) => {
        this.#alarms.set("broker", text);
      },
    });
    this.#topicsReady = isReady;
  }

  /** Topics, and where their logs stood before anything of this run was sent; may be repeated. */
  async #prepareBroker(): Promise<void> {
    const { link, runs } = this.#surroundings;
    await link.createTopics(this.id, this.record.partitions);
    const starts = this.record.logStarts ?? (await this.#readStarts());
    if (this.#stopping.signal.aborted) return;
    if (this.record.logStarts === null) runs.setLogStarts(this.id, starts);
    for (const lane of laneNames) this.lanes[lane].observer.begin(starts[lane]);
  }

  async #readStarts(): Promise<LogStarts> {
    const { link } = this.#surroundings;
    const [ours, theirs] = await Promise.all(laneNames.map((lane) => link.logEnds(this.id, lane)));
    return { protected: ours?.ends ?? [], unprotected: theirs?.ends ?? [] };
  }

  #settingsSource(): RunSettingsSource {
    const { config, kafka } = this.#surroundings;
    return { runId: this.id, config, kafka, protections: this.#protections };
  }

  #hearConsumer(lane: LaneName, message: FromConsumer): void {
    this.faults.hearConsumer(lane, message);
    if (message.type !== "alarm") return;
    this.#alarms.set(`consumer ${lane}`, message.text === null ? null : `${lane} lane: ${message.text}`);
  }
}

function startTimer(callback: () => void, everyMs: number): () => void {
  const timer = setInterval(callback, everyMs);
  return () => {
    clearInterval(timer);
  };
}
