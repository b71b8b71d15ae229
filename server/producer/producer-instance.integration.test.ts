import { afterEach, beforeEach, expect, test } from "vitest";
import { createServer, type AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { runNames } from "../shared/connections.ts";
import { ActiveSends } from "./active-sends.ts";
import { noInterception } from "./interception.ts";
import { KafkaProducerInstance } from "./producer-instance.ts";
import { ProducerRig } from "./testing/producer-rig.ts";
import { WireTap } from "./wire-tap.ts";

const silentJournal = {
  recordAttempt: () => 1,
  recordAnswer: () => undefined,
  recordDelivered: () => undefined,
  recordUnknown: () => undefined,
  lastAttemptId: () => 0,
};
const options = {
  clientId: "test",
  idempotent: true,
  requestTimeoutMs: 1_000,
  onFatal: (error: Error) => expect.fail(error.message),
};

let rig: ProducerRig;
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start();
});
afterEach(() => rig.close());

test("a send that is pending when its instance is abandoned fails, and its bytes never go out again", async () => {
  const sends = new ActiveSends();
  const written: number[] = [];
  const journal = { ...silentJournal, recordAttempt: () => written.push(written.length) };
  const tap = new WireTap({ journal, sends, interceptor: noInterception });
  const instance = new KafkaProducerInstance({
    ...options,
    kafka: rig.connection,
    openTap: () => tap.open(),
    logger: pino({ level: "silent" }),
  });
  await instance.connect();
  const send = sends.begin({
    sendId: "p1-1",
    lane: "protected",
    batchId: 1,
    planCause: "first",
    cause: "first",
    faultId: null,
    money: { USD: 0n, EUR: 0n, JPY: 0n },
  });
  rig.broker.child.kill("SIGSTOP");
  const message = { key: "k", value: "v", partition: 0, timestamp: "1700000000000", headers: { "send-id": "p1-1" } };
  const pending = instance.send(runNames(rig.runId, "protected").topic, [message]);
  await rig.until("the request was written", () => written.length > 0);
  sends.end(send);
  instance.abandon();
  await expect(pending).rejects.toThrow(/outside buffer bounds/);
  rig.broker.child.kill("SIGCONT");
  expect(written).toHaveLength(1);
});

test("a server that does not speak Kafka is named in the log, and connecting to it ends when it is abandoned", async () => {
  const server = createServer((socket) =>
    socket
      .on("error", () => undefined)
      .resume()
      .end("HTTP/1.1 400 Bad Request\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let log = "";
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      log += String(chunk);
      done();
    },
  });
  const sends = new ActiveSends();
  const tap = new WireTap({ journal: silentJournal, sends, interceptor: noInterception });
  const { port } = server.address() as AddressInfo;
  const instance = new KafkaProducerInstance({
    ...options,
    kafka: { brokers: [`127.0.0.1:${port}`], ssl: false, sasl: null },
    openTap: () => tap.open(),
    logger: pino(stream),
  });
  const connecting = instance.connect();
  await rig.until("the log says what came", () => log.includes("not Kafka's protocol"));
  instance.abandon();
  await expect(connecting).rejects.toThrow(/outside buffer bounds/);
  await new Promise((resolve) => server.close(resolve));
});
