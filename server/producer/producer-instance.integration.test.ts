import { afterEach, beforeEach, expect, test } from "vitest";
import { pino } from "pino";
import { runNames } from "../shared/connections.ts";
import { ActiveSends } from "./active-sends.ts";
import { noInterception } from "./interception.ts";
import { KafkaProducerInstance } from "./producer-instance.ts";
import { ProducerRig } from "./testing/producer-rig.ts";
import { WireTap } from "./wire-tap.ts";

let rig: ProducerRig;
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start();
});
afterEach(() => rig.close());

test("a send that is pending when its instance is abandoned fails, and its bytes never go out again", async () => {
  const sends = new ActiveSends();
  const written: number[] = [];
  const journal = {
    recordAttempt: () => written.push(written.length),
    recordAnswer: () => undefined,
    recordDelivered: () => undefined,
    recordUnknown: () => undefined,
    lastAttemptId: () => 0,
  };
  const tap = new WireTap({ journal, sends, interceptor: noInterception });
  const instance = new KafkaProducerInstance({
    kafka: rig.connection,
    clientId: "test",
    idempotent: true,
    requestTimeoutMs: 1_000,
    openTap: () => tap.open(),
    onFatal: (error) => expect.fail(error.message),
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
