import { enableCompileCache } from "node:module";
import { openAttemptsWriter, type AttemptsWriter } from "../ledger/attempts-writer.ts";
import { openIntentsReader } from "../ledger/intents-reader.ts";
import { FaultEngine } from "../faults/engine.ts";
import { producerRule } from "../faults/index.ts";
import type { ChildFailure, FromProducer, ProducerSettings, ToProducer } from "../processes/messages.ts";
import { systemClock } from "../shared/clock.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import { createLogger } from "../shared/logger.ts";
import { createProducerPipeline, type ProducerPipeline } from "./pipeline.ts";

enableCompileCache();

/** A send in flight gets this long to be answered when the process is told to end. */
const drainDeadlineMs = 3_000;
const ledgerReportIntervalMs = 100;
const tickIntervalMs = 500;
/** Rows of the ledger, about 200 MB; totals, copies and what a fault did are kept for ever. */
const attemptsKeptMax = 500_000;

interface Running {
  readonly pipeline: ProducerPipeline;
  readonly faults: FaultEngine;
  readonly ledger: AttemptsWriter;
  readonly done: Promise<void>;
}

let running: Running | undefined;

function tell(message: FromProducer | ChildFailure, then: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) then();
  else process.send(message, undefined, {}, then);
}

function fail(error: unknown): void {
  if (!(error instanceof DedupscopeError)) console.error(error);
  tell({ type: "failed", message: messageOf(error) }, () => process.exit(1));
}

function start(settings: ProducerSettings): Running {
  const logger = createLogger("producer", settings.logLevel);
  const ledger = openAttemptsWriter(settings.attemptsFile, systemClock);
  const faults = new FaultEngine({
    store: ledger.faults,
    ruleOf: producerRule,
    events: {
      armed: (faultId, firstBatchId) => tell({ type: "fault-armed", faultId, firstBatchId }),
      refused: (faultId, reason) => tell({ type: "fault-refused", faultId, reason }),
      ended: (faultId) => tell({ type: "fault-ended", faultId }),
      killMe: (faultId) => tell({ type: "kill-me", faultId }),
    },
    clock: systemClock,
    lastStartedBatch: ledger.lastAttemptedBatch(),
    deliveredThrough: (lane) => ledger.deliveredThrough(lane),
  });
  const pipeline = createProducerPipeline({
    settings,
    plan: openIntentsReader(settings.intentsFile),
    ledger,
    interceptor: faults,
    onFatal: fail,
    clock: systemClock,
    logger,
  });
  announce(settings);
  reportChanges(ledger);
  setInterval(() => {
    faults.tick();
    pipeline.resolveUnknown();
    ledger.prune(attemptsKeptMax);
  }, tickIntervalMs);
  return { pipeline, faults, ledger, done: pipeline.run() };
}

/** The two lines by which operators recognise an idempotent producer. */
function announce({ kafka, idempotence }: ProducerSettings): void {
  const isIdempotent = idempotence.protected || idempotence.unprotected;
  const lines = [
    `Kafka producer configured (${isIdempotent ? "" : "not "}idempotent): ${kafka.brokers.join(",")}`,
    ...(isIdempotent ? ["Idempotent producer enabled: enable.idempotence=true"] : []),
  ];
  for (const line of lines) process.stdout.write(`[INFO] ${line}\n`);
}

function reportChanges(ledger: AttemptsWriter): void {
  let reported = 0;
  setInterval(() => {
    if (ledger.changeNo === reported) return;
    reported = ledger.changeNo;
    tell({ type: "ledger-advanced", changeNo: reported });
  }, ledgerReportIntervalMs);
}

function onMessage(message: ToProducer): void {
  if (message.type === "start") {
    if (running !== undefined) return;
    running = start(message.settings);
    running.done.catch(fail);
    tell({ type: "ready" });
    return;
  }
  if (running === undefined) return;
  if (message.type === "plan-advanced") running.pipeline.wake();
  else if (message.type === "arm-fault") running.faults.arm(message.fault);
  else {
    const { lane, on } = message;
    running.pipeline
      .setIdempotence(lane, on)
      .then(() => tell({ type: "idempotence-set", lane, on }))
      .catch(fail);
  }
}

async function shutDown(): Promise<void> {
  running?.pipeline.stop();
  const deadline = new Promise<void>((resolve) => setTimeout(resolve, drainDeadlineMs));
  await Promise.race([running?.done, deadline]);
  running?.ledger.close();
  process.exit(0);
}

process.on("message", (message: ToProducer) => {
  try {
    onMessage(message);
  } catch (error) {
    fail(error);
  }
});
// Without a parent nobody can restart, stop or watch this process.
process.on("disconnect", () => process.exit(0));
// It may have gone before anybody listened.
if (process.send !== undefined && !process.connected) process.exit(0);
process.on("SIGTERM", () => void shutDown().catch(fail));
// Ctrl-C reaches the whole group; the parent says when to end.
process.on("SIGINT", () => undefined);
process.on("uncaughtException", fail);
