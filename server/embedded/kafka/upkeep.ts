/** What the broker does now and then: retention, producer expiry, flushing. */
import type { BrokerLogger } from "./logger.ts";
import type { BrokerSettings } from "./settings.ts";
import type { Topics } from "./topics/topics.ts";
import type { TransactionCoordinator } from "./transactions/transaction-coordinator.ts";

/** Apache Kafka's transaction.abort.timed.out.transaction.cleanup.interval.ms */
const TRANSACTION_CHECK_MS = 10_000;

export interface Upkeep {
  stop(): void;
}

export function startUpkeep(parts: {
  readonly settings: BrokerSettings;
  readonly topics: Topics;
  readonly transactions: TransactionCoordinator;
  readonly logger: BrokerLogger;
}): Upkeep {
  const { settings, topics, transactions, logger } = parts;
  const timers = [
    every(settings.retentionCheckMs, () => tell(logger, "time", topics.applyTimeRetention())),
    every(settings.sizeCheckMs, () => tell(logger, "size", topics.applySizeRetention())),
    every(TRANSACTION_CHECK_MS, () => transactions.abortOverdue()),
    every(settings.producerIdExpirationCheckMs, () => topics.expireProducers()),
  ];
  if (settings.flushIntervalMs > 0) timers.push(every(settings.flushIntervalMs, () => flush(topics, logger)));
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function tell(logger: BrokerLogger, by: "time" | "size", segments: number): void {
  if (segments > 0) logger.info({ by, segments }, "segments removed by retention");
}

function every(intervalMs: number, work: () => void): NodeJS.Timeout {
  return setInterval(work, intervalMs).unref();
}

function flush(topics: Topics, logger: BrokerLogger): void {
  topics.flush().catch((error: unknown) => logger.error({ reason: String(error) }, "flush failed"));
}
