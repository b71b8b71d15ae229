import { flushCompileCache } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "#server/shared/clock.ts";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import { createLogger, type Logger } from "#server/shared/logger.ts";
import type {
  ArmFault,
  BatchProgress,
  ChildFailure,
  ConsumerSettings,
  FromConsumer,
  ToConsumer,
} from "../processes/messages.ts";
import { Alarms } from "./alarms.ts";
import { CrashPoints } from "./crash-points.ts";
import { LateTap } from "./late-tap.ts";
import { consumerLimits } from "./limits.ts";
import { startPipeline, type Pipeline } from "./pipeline.ts";
import type { ConsumerProtections } from "./runner.ts";
import { countedTable } from "./sink/journal.ts";

/** One lane's consumer as a child process; `start` brings its settings, everything else is on disk. */
class ConsumerProcess {
  readonly #crashPoints = new CrashPoints((crash) => this.#send({ type: "crash-point-reached", ...crash }));
  readonly #insertFaults = new LateTap<ArmFault>(async () => {
    const { InsertFaults } = await import("../faults/insert-faults.ts");
    return new InsertFaults({
      table: countedTable,
      deadlineMs: consumerLimits.insertDeadlineMs,
      wait: (delayMs) => delay(delayMs),
      send: (message) => this.#send(message),
    });
  });
  #pipeline: Pipeline | null = null;
  #protections: ConsumerProtections | null = null;
  #started = false;
  #hasCommitted = false;
  #stopping = false;

  receive(message: ToConsumer): void {
    if (message.type === "arm-crash") this.#crashPoints.arm({ faultId: message.faultId, point: message.point });
    else if (message.type === "arm-insert-fault") void this.#insertFaults.arm(message.fault);
    else if (message.type === "set-protections") {
      this.#protections = message.protections;
      this.#pipeline?.runner.setProtections(message.protections);
    } else if (!this.#started) {
      this.#started = true;
      void this.#run(message.settings);
    }
  }

  /** Lets the present batch go, gives the broker a moment to hear of it, and exits. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#pipeline?.runner.stop();
    await Promise.race([this.#pipeline?.close(), delay(consumerLimits.stopWaitMs)]).catch(() => {});
    process.exit(0);
  }

  async #run(settings: ConsumerSettings): Promise<void> {
    const logger = createLogger(`consumer-${settings.lane}`, settings.logLevel);
    try {
      this.#pipeline = await this.#join(settings, logger);
      // A switch that was flipped while the pipeline was being joined.
      if (this.#protections !== null) this.#pipeline.runner.setProtections(this.#protections);
      this.#send({ type: "ready" });
      await this.#pipeline.runner.run();
    } catch (error) {
      if (!this.#stopping) this.fail(error, logger);
    }
  }

  #join(settings: ConsumerSettings, logger: Logger): Promise<Pipeline> {
    return startPipeline({
      settings,
      clock: systemClock,
      logger,
      alarms: new Alarms((text) => this.#send({ type: "alarm", text })),
      crashPoints: this.#crashPoints,
      insertTap: this.#insertFaults,
      onCommitted: (progress) => this.#committed(progress),
    });
  }

  #committed(progress: BatchProgress): void {
    this.#send({ type: "committed", progress });
    if (this.#hasCommitted) return;
    this.#hasCommitted = true;
    // Node keeps compiled code when a process ends; one that is killed would leave its successor to compile all again.
    setImmediate(flushCompileCache);
  }

  fail(error: unknown, logger?: Logger): void {
    const message = messageOf(error);
    // A refusal's sentence says all; a stack trace is for what nobody foresaw.
    const unforeseen = error instanceof Error && !(error instanceof DedupscopeError);
    logger?.error({ detail: unforeseen ? error.stack : undefined }, message);
    if (process.connected) this.#send({ type: "failed", message }, exitFailed);
    else exitFailed();
  }

  #send(message: FromConsumer | ChildFailure, done?: () => void): void {
    process.send?.(message, undefined, undefined, () => done?.());
  }
}

function exitFailed(): void {
  process.exit(1);
}

const consumer = new ConsumerProcess();
process.on("message", (message) => consumer.receive(message as ToConsumer));
process.on("SIGTERM", () => void consumer.stop());
// A terminal sends Ctrl-C to the whole group; the parent decides when this process stops.
process.on("SIGINT", () => {});
process.on("disconnect", () => void consumer.stop());
// The parent may have gone before anybody listened.
if (process.send !== undefined && !process.connected) void consumer.stop();
process.on("unhandledRejection", (error) => consumer.fail(error));
process.on("uncaughtException", (error) => consumer.fail(error));
