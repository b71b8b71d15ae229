import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { Program, brokenEquations, count, laneOf } from "./program.ts";

const apacheKafka = inject("apacheKafka");
/** Two drivers and their Java virtual machines start on a machine that may have two cores. */
const sparkStartMs = 180_000;

let program: Program;

beforeAll(async () => {
  if (apacheKafka === null) return;
  const KAFKA_BROKERS = `${apacheKafka.host}:${apacheKafka.port}`;
  program = new Program({ RATE: "20", SEED: "7", KAFKA_BROKERS, CONSUMER_ENGINE: "spark" });
  await program.start();
});
beforeEach(({ skip }) => {
  skip(apacheKafka === null, "Spark cannot be had here");
});
afterAll(async () => {
  if (apacheKafka === null) return;
  await program.dispose();
});

test("with CONSUMER_ENGINE=spark payments go through Spark in both lanes, and the page says so", async () => {
  const snapshot = await program.until(
    "both lanes match",
    (now) => now.lanes.every((lane) => lane.verdict === "MATCH"),
    sparkStartMs,
  );
  expect(snapshot.layers.consumer).toMatchObject({ kind: "external", product: "Spark 4.2.0" });
  const { body } = await program.request("GET", "/api/batches");
  for (const batches of Object.values(body as Record<string, readonly Record<string, unknown>[]>)) {
    const reported = batches.find((batch) => "runId" in batch && batch["numInputRows"] !== 0);
    expect(reported?.["durationMs"]).toHaveProperty("queryPlanning");
  }
});

test("Spark is handed what the broker absorbed or stored twice, as any consumer is", async () => {
  expect((await program.request("POST", "/api/faults/acknowledgement-lost", {})).status).toBe(202);
  const after = await program.until(
    "the copies are absorbed above and booked below",
    (now) => count(now, "protected", "absorbedByBroker") > 0 && laneOf(now, "unprotected").verdict === "BREAK",
  );
  expect(count(after, "unprotected", "surplus")).toBe(count(after, "protected", "absorbedByBroker"));
  expect(count(after, "protected", "duplicates")).toBe(0);
});

test("Spark drops what the application sends again, and books it twice where it runs without", async () => {
  const before = await program.snapshot();
  expect((await program.request("POST", "/api/faults/application-sends-again", {})).status).toBe(202);
  const after = await program.until(
    "dropped above, booked below",
    (now) =>
      count(now, "protected", "duplicates") > 0 &&
      laneOf(now, "protected").verdict === "MATCH" &&
      count(now, "unprotected", "surplus") > count(before, "unprotected", "surplus"),
  );
  expect(count(after, "unprotected", "duplicates")).toBe(0);
});

test("a switch that cannot act in a query says so and changes nothing", async () => {
  const { status, body } = await program.request("PUT", "/api/lanes/protected/protections", { deduplication: false });
  expect(status).toBe(409);
  expect(JSON.stringify(body)).toContain("with Spark it is part of the query");
  expect(laneOf(await program.snapshot(), "protected").protections.deduplication).toBe(true);
  expect((await program.request("PUT", "/api/lanes/protected/protections", { insertIds: false })).status).toBe(200);
});

test("every equation closes in the end, and nothing is left running", async () => {
  await program.request("PUT", "/api/simulator", { running: false });
  const settled = await program.until("everything has come through", (now) =>
    now.lanes.every(({ totals }) => totals.lag.count === 0 && totals.pending.count === 0 && totals.booked.count !== 0),
  );
  expect(brokenEquations(settled)).toEqual([]);
  expect(settled.alarms.filter((text) => text.includes("Spark"))).toEqual([]);
  await program.stop();
  expect(program.leftOver()).toEqual([]);
});
