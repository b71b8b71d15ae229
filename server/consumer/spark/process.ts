import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Kafka } from "kafkajs";
import { systemClock } from "#server/shared/clock.ts";
import { runNames } from "#server/shared/connections.ts";
import { messageOf } from "#server/shared/errors.ts";
import { createKafka } from "#server/shared/kafka-client.ts";
import { createLogger, type Logger } from "#server/shared/logger.ts";
import type {
  BatchProgress,
  ChildFailure,
  ConsumerSettings,
  FromConsumer,
  ToConsumer,
} from "../../processes/messages.ts";
import { Alarms } from "../alarms.ts";
import { Checkpoint, checkpointPaths } from "../checkpoint/checkpoint.ts";
import { InsertFaults } from "../../faults/insert-faults.ts";
import { CrashPoints } from "../crash-points.ts";
import { consumerLimits } from "../limits.ts";
import { countedTable, SinkJournal } from "../sink/journal.ts";
import { createSink, LateInserter } from "../sink/create-sink.ts";
import { SparkFollower } from "./follower.ts";
import { OutcomeAssembler } from "./outcomes.ts";
import { OutcomeReader } from "./outcome-reader.ts";
import { ensureSpark } from "./setup.ts";
import { SparkJob, type SparkProgress } from "./spark-job.ts";

/** The consumer with Spark as its engine: same settings, same messages, same directory for the app to read. */
class SparkConsumerProcess {
  readonly #crashPoints = new CrashPoints((crash) => this.#send({ type: "crash-point-reached", ...crash }));
  readonly #insertFaults = new InsertFaults({
    table: countedTable,
    deadlineMs: consumerLimits.insertDeadlineMs,
    wait: (delayMs) => delay(delayMs),
    send: (message) => this.#send(message),
  });
  readonly #alarms = new Alarms((text) => this.#send({ type: "alarm", text }));
  #follower: SparkFollower | null = null;
  #job: SparkJob | null = null;
  #stateRows = 0;
  #runsDeduplication = true;
  #started = false;
  #stopping = false;

  receive(message: ToConsumer): void {
    if (message.type === "arm-crash") this.#crashPoints.arm({ faultId: message.faultId, point: message.point });
    else if (message.type === "arm-insert-fault") this.#insertFaults.arm(message.fault);
    else if (message.type === "set-protections") this.#setProtections(message.protections);
    else if (!this.#started) {
      this.#started = true;
      this.#run(message.settings).catch((error: unknown) => this.fail(error));
    }
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#job?.stop();
    await delay(consumerLimits.stopWaitMs / 4);
    process.exit(0);
  }

  fail(error: unknown): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#job?.stop();
    process.send?.({ type: "failed", message: messageOf(error) } satisfies ChildFailure, undefined, undefined, () =>
      process.exit(1),
    );
  }

  async #run(settings: ConsumerSettings): Promise<void> {
    const logger = createLogger(`consumer-${settings.lane}`, settings.logLevel);
    const installation = await ensureSpark();
    const names = runNames(settings.runId, settings.lane);
    const outcomesTopic = `${names.topic}-outcomes`;
    mkdirSync(settings.checkpointDirectory, { recursive: true });
    const checkpoint = await Checkpoint.open({
      directory: settings.checkpointDirectory,
      topic: names.topic,
      clock: systemClock,
    });
    this.#stateRows = checkpoint.lastCommit?.stateRows ?? 0;
    const kafka = createKafka(settings.kafka, `dedupscope-spark-${settings.lane}`, logger);
    await createOutcomesTopic(kafka, outcomesTopic);
    this.#follower = this.#createFollower(settings, { checkpoint, logger, ...names });
    const reader = new OutcomeReader({
      kafka,
      topic: outcomesTopic,
      group: names.readerGroupPrefix + randomUUID(),
      from: SparkFollower.resumeAt(checkpoint.lastCommit),
      logger,
    });
    const follower = this.#follower;
    await reader.start(
      (value, next) => follower.take(value, next),
      (error) => this.fail(error),
    );
    const engine = sparkCheckpoint(checkpoint.stateDirectory, settings.deduplication);
    this.#runsDeduplication = engine.deduplication;
    this.#setProtections({ deduplication: settings.deduplication, insertIds: settings.insertIds });
    this.#job = new SparkJob({
      installation,
      brokers: settings.kafka.brokers,
      topic: names.topic,
      outcomesTopic,
      checkpointDirectory: engine.directory,
      deduplication: engine.deduplication,
      delayMs: settings.watermarkDelayMs,
      rowsMax: consumerLimits.sparkBatchRowsMax,
      triggerMs: 0,
      logger,
      onStarted: () => this.#send({ type: "ready" }),
      onProgress: (progress) => this.#report(progress),
      onEnded: (message) => this.fail(message),
    });
  }

  #createFollower(
    settings: ConsumerSettings,
    parts: { checkpoint: Checkpoint; logger: Logger; topic: string; dataset: string },
  ): SparkFollower {
    const { checkpoint, logger, topic } = parts;
    const journal = new SinkJournal(join(settings.checkpointDirectory, checkpointPaths.sink), systemClock);
    const { deduplication, insertIds } = settings;
    return new SparkFollower({
      checkpoint,
      assembler: new OutcomeAssembler(logger),
      sink: createSink({
        alarms: this.#alarms,
        clock: systemClock,
        crashPoints: this.#crashPoints,
        insertTap: this.#insertFaults,
        journal,
        checkpointId: checkpoint.checkpointId,
        inserter: new LateInserter(settings.warehouse, parts.dataset),
        topic,
      }),
      clock: systemClock,
      delayMs: settings.watermarkDelayMs,
      protections: { deduplication, insertIds },
      stateRows: () => this.#stateRows,
      reached: (point, rows) => this.#crashPoints.reached(point, rows),
      onCommitted: (progress) => this.#send({ type: "committed", progress }),
    });
  }

  #setProtections(protections: { readonly deduplication: boolean; readonly insertIds: boolean }): void {
    this.#follower?.setProtections(protections);
    const state = this.#runsDeduplication ? "on" : "off";
    const text = `Spark's deduplication cannot be switched in a running query: it stays ${state} until the next run`;
    this.#alarms.set("engine", protections.deduplication === this.#runsDeduplication ? null : text);
  }

  #report(progress: SparkProgress): void {
    this.#stateRows = progress.stateOperators[0]?.numRowsTotal ?? this.#stateRows;
    this.#send({ type: "committed", progress: progress as unknown as BatchProgress });
  }

  #send(message: FromConsumer): void {
    process.send?.(message);
  }
}

/** A query's operators are part of its checkpoint: the choice of its first start holds for good. */
function sparkCheckpoint(stateDirectory: string, deduplication: boolean) {
  const directories = { on: join(stateDirectory, "spark"), off: join(stateDirectory, "spark-without-deduplication") };
  if (existsSync(directories.on)) return { directory: directories.on, deduplication: true };
  if (existsSync(directories.off)) return { directory: directories.off, deduplication: false };
  return { directory: deduplication ? directories.on : directories.off, deduplication };
}

async function createOutcomesTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const present = await admin.listTopics();
    if (!present.includes(topic))
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}

const consumer = new SparkConsumerProcess();
process.on("message", (message) => consumer.receive(message as ToConsumer));
process.on("SIGTERM", () => void consumer.stop());
process.on("SIGINT", () => {});
process.on("disconnect", () => void consumer.stop());
process.on("unhandledRejection", (error) => consumer.fail(error));
process.on("uncaughtException", (error) => consumer.fail(error));
