import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { laneNames } from "#contract/names.ts";
import { batch, expectEquations, totalsOf } from "./testing/expectations.ts";
import { layerOneBehaviours } from "./testing/layer-one-behaviours.ts";
import { ProducerRig } from "./testing/producer-rig.ts";

let rig: ProducerRig;
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start();
});
afterEach(() => rig.close());

describe("against the embedded broker", () => {
  test.each(layerOneBehaviours)("%s", async (_name, check) => {
    await expect(check(rig)).resolves.toBeUndefined();
  });
});

test("kill -9 at any moment under load loses nothing, and every unknown attempt is resolved from the log", async () => {
  await rig.startProducer();
  const last = rig.plan(Array.from({ length: 300 }, (_value, index) => batch(5, index % 3)));
  for (const target of [40, 110, 190]) {
    await rig.until(`batch ${target} was delivered`, () => rig.attempts.finalThroughBatch("protected") >= target);
    rig.signalProducer("SIGKILL");
    await rig.producerExit();
    await rig.startProducer();
  }
  await rig.finalThrough(last);
  for (const lane of laneNames) {
    await expectEquations(rig, lane);
    const stored = await rig.readLog(lane);
    expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(1_500);
    const totals = rig.attempts.totals(lane);
    const copies = rig.attempts.copies(lane, 0).reduce((sum, { records }) => sum + records, 0);
    expect(stored.length - 1_500).toBe(copies);
    expect(totals.unknown.count + totals.inFlight.count).toBe(0);
  }
});

test("a frozen broker: requests time out unanswered, and when it thaws each copy is accounted for", async () => {
  await rig.startProducer();
  await rig.finalThrough(rig.plan([batch(2)]));
  rig.broker.child.kill("SIGSTOP");
  rig.plan([batch(3), batch(1, 1)]);
  await rig.until("two retries were written in both lanes", () =>
    laneNames.every((lane) => rig.attempts.totals(lane).protocolRetries.count >= 6),
  );
  expect(rig.attempts.totals("protected").unknown.count).toBeGreaterThan(0);
  rig.broker.child.kill("SIGCONT");
  await rig.finalThrough(3);
  for (const lane of laneNames) await expectEquations(rig, lane);
  expect(rig.attempts.copies("protected", 0)).toEqual([]);
  expect(rig.attempts.copies("unprotected", 0).length).toBeGreaterThan(0);
  const stored = await rig.readLog("protected");
  expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(stored.length);
});

test("a broker that dies and comes back: nothing is lost, nothing stays unknown", async () => {
  await rig.startProducer();
  const last = rig.plan(Array.from({ length: 200 }, (_value, index) => batch(3, index % 3)));
  await rig.until("some batches were delivered", () => rig.attempts.finalThroughBatch("unprotected") >= 30);
  const { port } = rig.broker;
  await rig.broker.kill();
  await rig.startBroker(port);
  await rig.finalThrough(last);
  for (const lane of laneNames) {
    await expectEquations(rig, lane);
    const stored = await rig.readLog(lane);
    expect(new Set(stored.map(({ payment }) => payment.transaction_id)).size).toBe(600);
  }
});

test("idempotence is switched at run time, between sends", async () => {
  await rig.startProducer();
  rig.tell({ type: "set-idempotence", lane: "protected", on: false });
  await rig.until("the lane was switched", () => rig.messages.some(({ type }) => type === "idempotence-set"));
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.currentProducer("protected")?.producerId).toBe("-1");
  rig.tell({ type: "set-idempotence", lane: "protected", on: true });
  await rig.until(
    "it was switched back",
    () => rig.messages.filter(({ type }) => type === "idempotence-set").length === 2,
  );
  await rig.finalThrough(rig.plan([batch(1)]));
  expect(rig.attempts.currentProducer("protected")?.producerId).not.toBe("-1");
});

test("a broker that is not there yet is waited for, and said to be missing", async () => {
  const { port } = rig.broker;
  await rig.broker.kill();
  await rig.startProducer();
  const last = rig.plan([batch(2)]);
  await rig.until("it says so", () => /ECONNREFUSED/.test(rig.output));
  await rig.startBroker(port);
  await rig.finalThrough(last);
  for (const lane of laneNames) expect(totalsOf(rig, lane)).toEqual({ attempted: 2, firstSends: 2, appended: 2 });
});

test("a ledger that cannot be opened ends it with a sentence", async () => {
  writeFileSync(
    join(rig.directory, "attempts.sqlite"),
    "no database, but long enough to be taken for one. ".repeat(30),
  );
  await expect(rig.startProducer()).rejects.toThrow(/ended with code 1/);
  expect(await rig.producerExit()).toBe(1);
  expect(JSON.stringify(rig.messages)).toMatch(/^\[{"type":"failed","message":".*cannot be written.*--fresh\."}\]$/);
});

test("SIGTERM ends it with code 0 after the send in flight, and so does the parent's end", async () => {
  await rig.startProducer();
  rig.plan(Array.from({ length: 100 }, () => batch(1)));
  await rig.until("it sends", () => rig.attempts.requests() > 10);
  rig.signalProducer("SIGTERM");
  expect(await rig.producerExit()).toBe(0);
  for (const lane of laneNames) expect(rig.attempts.totals(lane).inFlight.count).toBe(0);
  await rig.startProducer();
  rig.disconnectProducer();
  expect(await rig.producerExit()).toBe(0);
});
