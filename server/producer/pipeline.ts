import { laneNames, type LaneName } from "#contract/names.ts";
import type { AttemptsWriter } from "../ledger/attempts-writer.ts";
import type { ProducerSettings } from "../processes/messages.ts";
import type { Clock } from "../shared/clock.ts";
import { runNames } from "../shared/connections.ts";
import type { DedupscopeError } from "../shared/errors.ts";
import { createKafka } from "../shared/kafka-client.ts";
import type { Logger } from "../shared/logger.ts";
import { ActiveSends } from "./active-sends.ts";
import type { Interceptor } from "./interception.ts";
import { LaneSender } from "./lane-sender.ts";
import { KafkaLogScanner } from "./log-scanner.ts";
import type { PlanReader } from "./plan.ts";
import { KafkaProducerInstance } from "./producer-instance.ts";
import { Resolver } from "./resolver.ts";
import { WireTap } from "./wire-tap.ts";

export interface ProducerPipelineOptions {
  readonly settings: ProducerSettings;
  readonly plan: PlanReader;
  readonly ledger: AttemptsWriter;
  readonly interceptor: Interceptor;
  readonly onFatal: (error: DedupscopeError) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ProducerPipeline {
  /** Resolves when both lanes were stopped and nothing is in flight; rejects when one cannot go on. */
  readonly run: () => Promise<void>;
  readonly stop: () => void;
  readonly wake: () => void;
  readonly setIdempotence: (lane: LaneName, on: boolean) => Promise<void>;
  /** Looks for outcomes that have become provable. */
  readonly resolveUnknown: () => void;
}

/** Both lanes' senders behind one wire tap, with the resolver of what they leave unknown. */
export function createProducerPipeline(options: ProducerPipelineOptions): ProducerPipeline {
  const { settings, plan, ledger, interceptor, clock, logger } = options;
  const sends = new ActiveSends();
  const tap = new WireTap({ journal: ledger, sends, interceptor });
  const topicOf = (lane: LaneName) => runNames(settings.runId, lane).topic;
  const resolver = new Resolver({
    ledger,
    scanner: new KafkaLogScanner(
      createKafka(settings.kafka, "dedupscope-resolver", logger),
      (topic) => `${topic}-resolver-${crypto.randomUUID()}`,
    ),
    topicOf,
    closed: tap,
    clock,
    logger,
  });
  const createInstance = (lane: LaneName, idempotent: boolean) =>
    new KafkaProducerInstance({
      kafka: settings.kafka,
      clientId: `dedupscope-producer-${lane}`,
      idempotent,
      requestTimeoutMs: settings.requestTimeoutMs,
      openTap: () => tap.open(),
      onFatal: options.onFatal,
      logger,
    });
  const createSender = (lane: LaneName): LaneSender =>
    new LaneSender({
      lane,
      topic: topicOf(lane),
      idempotent: settings.idempotence[lane],
      plan,
      ledger,
      sends,
      interceptor,
      createInstance,
      createSendId: sendIds(lane, ledger.incarnation),
      onDelivered: () => resolver.poke(),
      logger,
    });
  const senders = { protected: createSender("protected"), unprotected: createSender("unprotected") };
  const each = laneNames.map((lane) => senders[lane]);
  return {
    run: async () => {
      await Promise.all(each.map((sender) => sender.run()));
    },
    stop: () => each.forEach((sender) => sender.stop()),
    wake: () => each.forEach((sender) => sender.wake()),
    setIdempotence: (lane, on) => senders[lane].setIdempotence(on),
    resolveUnknown: () => resolver.poke(),
  };
}

/** `p3-42`: lane, incarnation, number. Unique within a run, and short enough for a person to compare. */
function sendIds(lane: LaneName, incarnation: number): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${lane[0]}${incarnation}-${last}`;
  };
}
