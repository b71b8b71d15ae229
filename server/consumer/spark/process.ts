import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "#server/shared/errors.ts";
import { createLogger } from "#server/shared/logger.ts";
import type {
  BatchProgress,
  ChildFailure,
  ConsumerSettings,
  FromConsumer,
  ToConsumer,
} from "../../processes/messages.ts";
import { Alarms } from "../alarms.ts";
import { InsertFaults } from "../../faults/insert-faults.ts";
import { CrashPoints } from "../crash-points.ts";
import { consumerLimits } from "../limits.ts";
import { countedTable } from "../sink/journal.ts";
import { startSparkPipeline, type SparkPipeline } from "./pipeline.ts";
import type { SparkProgress } from "./spark-job.ts";

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
  #pipeline: SparkPipeline | null = null;
  #protections: Pick<ConsumerSettings, "deduplication" | "insertIds"> | null = null;
  #started = false;
  #stopping = false;

  receive(message: ToConsumer): void {
    if (message.type === "arm-crash") this.#crashPoints.arm({ faultId: message.faultId, point: message.point });
    else if (message.type === "arm-insert-fault") this.#insertFaults.arm(message.fault);
    else if (message.type === "set-protections") {
      this.#protections = message.protections;
      this.#pipeline?.setProtections(message.protections);
    } else if (!this.#started) {
      this.#started = true;
      this.#run(message.settings).catch((error: unknown) => this.fail(error));
    }
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await Promise.race([this.#pipeline?.stop(), delay(consumerLimits.stopWaitMs)]);
    process.exit(0);
  }

  fail(error: unknown): void {
    if (this.#stopping) return;
    this.#stopping = true;
    void this.#exitFailed({ type: "failed", message: messageOf(error) });
  }

  async #exitFailed(message: ChildFailure): Promise<void> {
    await Promise.race([this.#pipeline?.stop(), delay(consumerLimits.stopWaitMs)]);
    if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(1));
    else process.exit(1);
  }

  async #run(settings: ConsumerSettings): Promise<void> {
    const logger = createLogger(`consumer-${settings.lane}`, settings.logLevel);
    mkdirSync(settings.checkpointDirectory, { recursive: true });
    this.#pipeline = await startSparkPipeline({
      settings,
      logger,
      alarms: this.#alarms,
      crashPoints: this.#crashPoints,
      insertTap: this.#insertFaults,
      onStarted: () => this.#send({ type: "ready" }),
      onCommitted: (progress) => this.#send({ type: "committed", progress }),
      onProgress: (progress: SparkProgress) =>
        this.#send({ type: "committed", progress: progress as unknown as BatchProgress }),
      onFailed: (error) => this.fail(error),
    });
    // A switch that was flipped while the pipeline was being joined.
    if (this.#protections !== null) this.#pipeline.setProtections(this.#protections);
  }

  #send(message: FromConsumer): void {
    process.send?.(message);
  }
}

const consumer = new SparkConsumerProcess();
process.on("message", (message) => consumer.receive(message as ToConsumer));
process.on("SIGTERM", () => void consumer.stop());
process.on("SIGINT", () => {});
process.on("disconnect", () => void consumer.stop());
// The parent may have gone before anybody listened.
if (process.send !== undefined && !process.connected) void consumer.stop();
process.on("unhandledRejection", (error) => consumer.fail(error));
process.on("uncaughtException", (error) => consumer.fail(error));
