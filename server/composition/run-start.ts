import { laneNames, type LaneName, type Protections } from "#contract/names.ts";
import type { LogStarts, RunRecord } from "../ledger/app-runs.ts";
import type { FromConsumer } from "../processes/messages.ts";
import { messageOf } from "../shared/errors.ts";
import type { RunFaults } from "./faults/run-faults.ts";
import { keepTrying } from "./keep-trying.ts";
import { consumerSpec, producerSpec } from "./process-specs.ts";
import type { AlarmSource, RunAlarms } from "./run-alarms.ts";
import type { RunLane } from "./run-lane.ts";
import { consumerSettings, producerSettings, type ProducerFiles, type RunSettingsSource } from "./run-settings.ts";
import type { RunSurroundings } from "./run-surroundings.ts";

export interface RunStartOptions {
  readonly surroundings: RunSurroundings;
  readonly record: RunRecord;
  readonly lanes: Readonly<Record<LaneName, RunLane>>;
  readonly faults: RunFaults;
  readonly alarms: RunAlarms;
  readonly protections: () => Readonly<Record<LaneName, Protections>>;
  readonly ledgerFiles: ProducerFiles;
  /** Aborted when the run stops; nothing is started after it. */
  readonly ended: AbortSignal;
}

const brokerRetryMs = 500;
const prepareRetryMs = 2_000;
const externalWarehouseRemedy =
  "check BIGQUERY_PROJECT, the credentials (GOOGLE_APPLICATION_CREDENTIALS) and the network";

/** Brings a run's topics, datasets and processes up, each as soon as what it works on is there. */
export class RunStart {
  readonly #options: RunStartOptions;
  /** Lanes whose dataset is there. */
  readonly #prepared = new Set<LaneName>();
  #topicsReady = false;

  constructor(options: RunStartOptions) {
    this.#options = options;
  }

  get topicsReady(): boolean {
    return this.#topicsReady;
  }

  isPrepared(lane: LaneName): boolean {
    return this.#prepared.has(lane);
  }

  /** Resolves when all run; what cannot start is an alarm, and the others go on. */
  async begin(): Promise<void> {
    const topics = this.#beginBroker();
    await Promise.all([
      this.#orAlarm("producer", this.#beginProducer(topics)),
      ...laneNames.map((lane) => this.#orAlarm(`consumer ${lane}`, this.#beginConsumer(lane, topics))),
    ]);
  }

  async #orAlarm(source: AlarmSource, starting: Promise<void>): Promise<void> {
    const { alarms, ended, surroundings } = this.#options;
    try {
      await starting;
    } catch (error) {
      if (ended.aborted) return;
      alarms.set(source, messageOf(error));
      surroundings.logger.error({ reason: messageOf(error) }, `the ${source} could not start`);
    }
  }

  async #beginProducer(topics: Promise<void>): Promise<void> {
    await topics;
    const { surroundings, faults, ledgerFiles, ended } = this.#options;
    if (ended.aborted) return;
    await surroundings.supervisor.start(
      producerSpec(
        () => producerSettings(this.#settingsSource(), ledgerFiles),
        (message) => {
          faults.hearProducer(message);
        },
      ),
    );
  }

  /** Makes the lane's dataset, however long the warehouse does not do it. */
  async #prepareWarehouse(lane: LaneName): Promise<void> {
    const { surroundings, lanes, alarms, ended } = this.#options;
    const { warehouseReady, config } = surroundings;
    await warehouseReady;
    const isReady = await keepTrying(() => lanes[lane].warehouse.prepare(), {
      who: `${lane} lane: the warehouse`,
      ...(config.bigquery === null ? {} : { remedy: externalWarehouseRemedy }),
      signal: ended,
      retryMs: prepareRetryMs,
      onTrouble: (text) => {
        alarms.set(`warehouse ${lane}`, text);
      },
    });
    if (isReady) this.#prepared.add(lane);
  }

  async #beginConsumer(lane: LaneName, topics: Promise<void>): Promise<void> {
    await this.#prepareWarehouse(lane);
    await topics;
    const { surroundings, lanes, faults, alarms, ended } = this.#options;
    if (ended.aborted) return;
    const { supervisor, warehouse, config } = surroundings;
    const { checkpointDirectory } = lanes[lane];
    await supervisor.start(
      consumerSpec(
        lane,
        () => {
          // What the last incarnation complained of died with it; this one says it again if it is still so.
          alarms.set(`consumer ${lane}`, null);
          faults.beforeConsumerStarts(lane);
          return consumerSettings(this.#settingsSource(), { lane, warehouse, checkpointDirectory });
        },
        (message) => {
          this.#hearConsumer(lane, message);
        },
        config.spark === null ? "embedded" : "spark",
      ),
    );
  }

  async #beginBroker(): Promise<void> {
    const { surroundings, alarms, ended } = this.#options;
    const { kafka, kafkaReady } = surroundings;
    await kafkaReady;
    this.#topicsReady = await keepTrying(() => this.#prepareBroker(), {
      who: `the broker at ${kafka.brokers.join(", ")}`,
      signal: ended,
      retryMs: brokerRetryMs,
      onTrouble: (text) => {
        alarms.set("broker", text);
      },
    });
  }

  /** Topics, and where their logs stood before anything of this run was sent; may be repeated. */
  async #prepareBroker(): Promise<void> {
    const { surroundings, record, lanes, ended } = this.#options;
    const { link, runs } = surroundings;
    await link.createTopics(record.runId, record.partitions);
    const starts = record.logStarts ?? (await this.#readStarts());
    if (ended.aborted) return;
    if (record.logStarts === null) runs.setLogStarts(record.runId, starts);
    for (const lane of laneNames) lanes[lane].observer.begin(starts[lane]);
  }

  async #readStarts(): Promise<LogStarts> {
    const { surroundings, record } = this.#options;
    const [ours, theirs] = await Promise.all(laneNames.map((lane) => surroundings.link.logEnds(record.runId, lane)));
    return { protected: ours?.ends ?? [], unprotected: theirs?.ends ?? [] };
  }

  #settingsSource(): RunSettingsSource {
    const { surroundings, record, protections } = this.#options;
    const { config, kafka } = surroundings;
    return { runId: record.runId, config, kafka, protections: protections() };
  }

  #hearConsumer(lane: LaneName, message: FromConsumer): void {
    const { faults, alarms } = this.#options;
    faults.hearConsumer(lane, message);
    if (message.type !== "alarm") return;
    alarms.set(`consumer ${lane}`, message.text === null ? null : `${lane} lane: ${message.text}`);
  }
}
