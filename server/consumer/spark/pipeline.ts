import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Kafka } from "kafkajs";
import { systemClock } from "#server/shared/clock.ts";
import { runNames } from "#server/shared/connections.ts";
import { DedupscopeError } from "#server/shared/errors.ts";
import { createKafka } from "#server/shared/kafka-client.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { BatchProgress, ConsumerSettings } from "../../processes/messages.ts";
import type { Alarms } from "../alarms.ts";
import { Checkpoint, checkpointPaths } from "../checkpoint/checkpoint.ts";
import type { BatchCommit } from "../checkpoint/entries.ts";
import type { CrashPoints } from "../crash-points.ts";
import { consumerLimits } from "../limits.ts";
import type { ConsumerProtections } from "../runner.ts";
import { checkBounds, type LogBounds } from "../source/partition-check.ts";
import { createSink, LateInserter } from "../sink/create-sink.ts";
import type { InsertTap } from "../sink/inserter.ts";
import { SinkJournal } from "../sink/journal.ts";
import { LoadFollower } from "./load-follower.ts";
import { OutcomeAssembler } from "./outcomes.ts";
import { OutcomeReader } from "./outcome-reader.ts";
import { OutcomeTrimmer } from "./outcome-trimmer.ts";
import { installedSpark } from "./setup.ts";
import { SparkJob, type SparkJobSettings, type SparkProgress } from "./spark-job.ts";
import { TopicFollower } from "./topic-follower.ts";

export interface SparkPipelineParts {
  readonly settings: ConsumerSettings;
  readonly logger: Logger;
  readonly alarms: Alarms;
  readonly crashPoints: CrashPoints;
  /** Acts on the inserts of the outcomes topic's sink; load jobs make none. */
  readonly insertTap: InsertTap;
  readonly onStarted: () => void;
  readonly onCommitted: (progress: BatchProgress) => void;
  readonly onProgress: (progress: SparkProgress) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface SparkPipeline {
  readonly setProtections: (protections: ConsumerProtections) => void;
  /** Resolves when the job and its JVM are gone. */
  readonly stop: () => Promise<void>;
}

interface Opened extends SparkPipelineParts {
  readonly checkpoint: Checkpoint;
  readonly journal: SinkJournal;
  readonly stateRows: () => number;
}

/** A lane's consumer with Spark, joined: broker → Spark → warehouse, by the outcomes topic or by load jobs. */
export async function startSparkPipeline(parts: SparkPipelineParts): Promise<SparkPipeline> {
  const { settings, alarms } = parts;
  const { spark } = settings;
  if (spark === undefined) throw new Error("Spark was started without its settings");
  const names = runNames(settings.runId, settings.lane);
  const checkpoint = await Checkpoint.open({
    directory: settings.checkpointDirectory,
    topic: names.topic,
    engine: `spark-${spark.sink}`,
    clock: systemClock,
  });
  const journal = new SinkJournal(join(settings.checkpointDirectory, checkpointPaths.sink), systemClock);
  let stateRows = checkpoint.lastCommit?.stateRows ?? 0;
  const opened: Opened = { ...parts, checkpoint, journal, stateRows: () => stateRows };
  const joined = spark.sink === "topic" ? await joinTopic(opened) : joinLoadJobs(opened);
  const query = queryOf(checkpoint, settings.deduplication);
  const setProtections = (protections: ConsumerProtections) => {
    joined.setInsertIds(protections.insertIds);
    const state = query.deduplication ? "on" : "off";
    const text = `Spark's deduplication cannot be switched in a running query: it stays ${state} until the next run`;
    alarms.set("engine", protections.deduplication === query.deduplication ? null : text);
  };
  setProtections(settings);
  const job = new SparkJob({
    installation: installedSpark(),
    settings: {
      kafka: settings.kafka,
      topic: names.topic,
      master: spark.master,
      checkpointDirectory: query.directory,
      lockFile: join(settings.checkpointDirectory, "spark.lock"),
      scratchDirectory: join(settings.checkpointDirectory, "spark-scratch"),
      checkpointId: checkpoint.checkpointId,
      deduplication: query.deduplication,
      delayMs: settings.watermarkDelayMs,
      ...joined.job,
    },
    logger: parts.logger,
    onStarted: parts.onStarted,
    onProgress: (progress) => {
      stateRows = progress.stateOperators[0]?.numRowsTotal ?? stateRows;
      journal.recordProgress(checkpoint.checkpointId, progress.batchId, JSON.stringify(progress));
      parts.onProgress(progress);
    },
    onTrouble: (text) =>
      alarms.set("warehouse", text === null ? null : `The warehouse takes no rows, consumption is paused: ${text}`),
    onQuestion: joined.answer,
    onEnded: parts.onFailed,
  });
  return { setProtections, stop: () => job.stop() };
}

interface Joined {
  readonly job: Pick<SparkJobSettings, "sink" | "rowsMax" | "triggerMs">;
  readonly setInsertIds: (on: boolean) => void;
  readonly answer: ConstructorParameters<typeof SparkJob>[0]["onQuestion"];
}

async function joinTopic(parts: Opened): Promise<Joined> {
  const { settings, checkpoint, journal, logger, alarms, crashPoints } = parts;
  const names = runNames(settings.runId, settings.lane);
  const topic = names.outcomesTopic;
  const kafka = createKafka(settings.kafka, `dedupscope-spark-${settings.lane}`, logger);
  const bounds = await prepareOutcomesTopic(kafka, topic);
  const trimmer = new OutcomeTrimmer({ kafka, topic, clock: systemClock, logger });
  const follower = new TopicFollower({
    checkpoint,
    clock: systemClock,
    delayMs: settings.watermarkDelayMs,
    stateRows: parts.stateRows,
    assembler: new OutcomeAssembler(checkpoint.checkpointId),
    sink: createSink({
      alarms,
      clock: systemClock,
      crashPoints,
      insertTap: parts.insertTap,
      journal,
      checkpointId: checkpoint.checkpointId,
      inserter: new LateInserter(settings.warehouse, names.dataset),
      topic: names.topic,
    }),
    insertIds: settings.insertIds,
    reached: (point, rows) => crashPoints.reached(point, rows),
    onCommitted: parts.onCommitted,
    onDone: (next) => trimmer.committed(next),
  });
  const reader = new OutcomeReader({
    kafka,
    topic,
    group: names.readerGroupPrefix + randomUUID(),
    from: startOfOutcomes(topic, bounds, checkpoint.lastCommit),
    logger,
  });
  await reader.start((value, next) => follower.take(value, next), parts.onFailed);
  return {
    job: {
      sink: { kind: "topic", topic },
      rowsMax: consumerLimits.sparkBatchRowsMax,
      triggerMs: consumerLimits.sparkTriggerIntervalMs,
    },
    setInsertIds: (on) => follower.setInsertIds(on),
    answer: () => Promise.reject(new Error("a job that writes to the outcomes topic has nothing to ask")),
  };
}

function joinLoadJobs(parts: Opened): Joined {
  const { settings, checkpoint, journal, alarms, crashPoints } = parts;
  const follower = new LoadFollower({
    checkpoint,
    journal,
    clock: systemClock,
    delayMs: settings.watermarkDelayMs,
    stateRows: parts.stateRows,
    reached: (point, rows) => crashPoints.reached(point, rows),
    onCommitted: parts.onCommitted,
    onRefused: (text) => alarms.set("refused", text),
  });
  const { warehouse } = settings;
  const { dataset } = runNames(settings.runId, settings.lane);
  const { sparkLoadIntervalMs, sparkTriggerIntervalMs } = consumerLimits;
  return {
    job: {
      sink: { kind: "load-jobs", ...warehouse, dataset },
      rowsMax: consumerLimits.sparkLoadRowsMax,
      triggerMs: warehouse.apiEndpoint === null ? sparkLoadIntervalMs : sparkTriggerIntervalMs,
    },
    // Load jobs carry none.
    setInsertIds: () => {},
    answer: (asked) => follower.answer(asked),
  };
}

/**
 * A query's operators are part of its checkpoint: the choice of its first start holds for good. The name holds the id of
 * our checkpoint, so that a query never goes on from what another one left in a directory that was deleted.
 */
function queryOf({ stateDirectory, checkpointId }: Checkpoint, deduplication: boolean) {
  const directories = {
    on: join(stateDirectory, `spark-${checkpointId}`),
    off: join(stateDirectory, `spark-${checkpointId}-without-deduplication`),
  };
  if (existsSync(directories.on)) return { directory: directories.on, deduplication: true };
  if (existsSync(directories.off)) return { directory: directories.off, deduplication: false };
  return { directory: deduplication ? directories.on : directories.off, deduplication };
}

/** The offset to go on from. Throws `data-lost` when outcomes are gone that were not taken. */
function startOfOutcomes(topic: string, bounds: LogBounds, commit: BatchCommit | null): number {
  const next = TopicFollower.resumeAt(commit) ?? bounds.low;
  checkBounds(topic, { partition: 0, next, lastCrc: null }, bounds);
  return next;
}

/** Makes the topic where it is not there yet; resolves with its log start and end. */
async function prepareOutcomesTopic(kafka: Kafka, topic: string): Promise<LogBounds> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const present = await admin.listTopics();
    if (!present.includes(topic))
      await admin.createTopics({
        topics: [{ topic, numPartitions: 1, replicationFactor: -1 }],
        waitForLeaders: true,
      });
    const [offsets] = await admin.fetchTopicOffsets(topic);
    return { partition: 0, low: Number(offsets?.low ?? 0), high: Number(offsets?.high ?? 0) };
  } catch (error) {
    throw new DedupscopeError("broker-unreachable", `the topic ${topic} cannot be made or looked at`, { cause: error });
  } finally {
    await admin.disconnect();
  }
}
