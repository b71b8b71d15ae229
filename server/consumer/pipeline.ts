import { randomInt } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runNames } from "#server/shared/connections.ts";
import type { Clock } from "#server/shared/clock.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { BatchProgress, ConsumerSettings } from "../processes/messages.ts";
import { Checkpoint, checkpointPaths } from "./checkpoint/checkpoint.ts";
import type { Alarms } from "./alarms.ts";
import type { CrashPoints } from "./crash-points.ts";
import { consumerLimits } from "./limits.ts";
import { MicroBatchRunner } from "./runner.ts";
import type { InsertTap } from "./sink/inserter.ts";
import { createSink, LateInserter, refusedText } from "./sink/create-sink.ts";
import { SinkJournal } from "./sink/journal.ts";
import { KafkaSource } from "./source/kafka-source.ts";
import { HashLogStore } from "./state/hash-log-store.ts";
import type { StateStore, StateStoreOptions } from "./state/state-store.ts";

export interface PipelineParts {
  readonly settings: ConsumerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alarms: Alarms;
  readonly crashPoints: CrashPoints;
  readonly insertTap: InsertTap;
  readonly onCommitted: (progress: BatchProgress) => void;
}

export interface Pipeline {
  readonly runner: MicroBatchRunner;
  /** Lets go of the broker, the warehouse and the checkpoint. */
  readonly close: () => Promise<void>;
}

/** A lane's consumer, joined: broker → micro-batches → warehouse. Resolves when reading has begun. */
export async function startPipeline(parts: PipelineParts): Promise<Pipeline> {
  const { settings, clock, alarms, crashPoints } = parts;
  const names = runNames(settings.runId, settings.lane);
  const source = new KafkaSource({
    kafka: settings.kafka,
    clientId: `dedupscope-consumer-${settings.lane}`,
    topic: names.topic,
    lagGroup: names.lagGroup,
    logger: parts.logger,
    onMissingStart: (text) => alarms.set("start", text),
  });
  mkdirSync(settings.checkpointDirectory, { recursive: true });
  const checkpoint = await Checkpoint.open({ directory: settings.checkpointDirectory, topic: names.topic, clock });
  const journal = new SinkJournal(join(settings.checkpointDirectory, checkpointPaths.sink), clock);
  const stateOptions: StateStoreOptions = {
    directory: checkpoint.stateDirectory,
    epoch: checkpoint.epoch,
    committedBatchId: checkpoint.lastCommit?.batchId ?? -1,
    mark: checkpoint.lastCommit?.stateMark ?? null,
    watermarkMs: checkpoint.lastCommit?.watermarkMs ?? 0,
    delayMs: settings.watermarkDelayMs,
    seed: randomInt(2 ** 31),
    assertHeld: () => checkpoint.assertHeld(),
  };
  const state =
    settings.stateStore === "disk" ? await openLevelStore(stateOptions) : await HashLogStore.open(stateOptions);
  const inserter = new LateInserter(settings.warehouse, names.dataset);
  const sink = createSink({
    ...parts,
    journal,
    checkpointId: checkpoint.checkpointId,
    inserter,
    topic: names.topic,
  });
  const runner = new MicroBatchRunner({
    checkpoint,
    state,
    source,
    sink,
    clock,
    elapsedMs: () => performance.now(),
    delayMs: settings.watermarkDelayMs,
    triggerIntervalMs: consumerLimits.triggerIntervalMs,
    protections: { deduplication: settings.deduplication, insertIds: settings.insertIds },
    reached: (point, rows) => crashPoints.reached(point, rows),
    onCommitted: (progress) => {
      source.committed(progress.sources[0]?.endOffset ?? {});
      parts.onCommitted(progress);
    },
  });
  await source.start(checkpoint.lastCommit?.partitions ?? []);
  await inserter.load();
  const refused = journal.refused(checkpoint.checkpointId);
  if (refused.count > 0) alarms.set("refused", refusedText(refused));
  return {
    runner,
    close: async () => {
      await source.stop();
      await state.close();
      await checkpoint.close();
      journal.close();
    },
  };
}

/** Its native module is loaded only where it is wanted. */
async function openLevelStore(options: StateStoreOptions): Promise<StateStore> {
  const { LevelStore } = await import("./state/level-store.ts");
  return await LevelStore.open(options);
}
