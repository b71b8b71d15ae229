/**
 * The reading half of a consumer in a thread of its own: kafkajs takes as long to decode a record as the engine to
 * judge it. It is started by kafka-source.ts and speaks the messages of reader-messages.ts.
 */
import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import { createKafka } from "#server/shared/kafka-client.ts";
import { createLogger } from "#server/shared/logger.ts";
import { LagPublisher } from "./lag-publisher.ts";
import type { FromReader, ReaderSettings, ToReader } from "./reader-messages.ts";
import { TopicReader } from "./topic-reader.ts";

const { kafka: connection, clientId, topic, groupPrefix, lagGroup, logLevel } = workerData as ReaderSettings;
const logger = createLogger(`${clientId}-reader`, logLevel);
const kafka = createKafka(connection, clientId, logger);
const reader = new TopicReader({
  kafka,
  topic,
  groupPrefix,
  newGroupSuffix: randomUUID,
  logger,
  deliver: (chunk) => send({ type: "records", chunk }, [chunk.values, chunk.lengths.buffer, chunk.offsets.buffer]),
  onFailure: fail,
});
const lag = new LagPublisher({ kafka, topic, group: lagGroup, logger });

parentPort?.on("message", (message: ToReader) => {
  if (message.type === "room") reader.setRoom(message.room);
  else if (message.type === "committed") lag.set(message.offsets);
  else if (message.type === "start") reader.start(message.ends).then(begin, fail);
  else void Promise.allSettled([reader.stop(), lag.stop()]).then(() => process.exit());
});

function begin(started: Omit<Extract<FromReader, { type: "started" }>, "type">): void {
  send({ type: "started", ...started });
  void lag.start();
}

function fail(error: unknown): void {
  send({ type: "failed", code: error instanceof DedupscopeError ? error.code : null, message: messageOf(error) });
}

function send(message: FromReader, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
