import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import type { FaultSnapshot, Snapshot } from "../contract/snapshot.ts";
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

test("faults that find nothing to act on say why", async () => {
  const { body } = await program.request("GET", "/api/faults");
  const { faults } = body as { faults: { kind: string; canActNow: boolean; cannotActBecause: string | null }[] };
  const reasons = Object.fromEntries(faults.map(({ kind, cannotActBecause }) => [kind, cannotActBecause]));
  expect(reasons["checkpoint-torn"]).toContain("with Spark offsets and state are files of Spark's own");
  for (const kind of ["broker-killed", "broker-frozen"]) expect(reasons[kind]).toContain("is external");
  expect(reasons["consumer-killed"]).toBeNull();
});

/** Injects a fault that kills both consumers, when both run; what it led to, when everything is told. */
async function effectsOf(kind: string, parameters: object): Promise<FaultSnapshot["effects"]> {
  await program.until(
    "both consumers run",
    ({ processes }) => processes.every(({ name, state }) => !name.startsWith("consumer") || state === "running"),
    sparkStartMs,
  );
  const { status, body } = await program.request("POST", `/api/faults/${kind}`, parameters);
  expect({ kind, status, body }).toMatchObject({ status: 202 });
  const faultIn = ({ faults }: Snapshot) => faults.find(({ id }) => id === (body as { id: number }).id);
  const after = await program.until(
    `${kind} has ended`,
    (now) => faultIn(now)?.state === "ended" && laneOf(now, "protected").verdict === "MATCH",
    sparkStartMs,
  );
  const effects = faultIn(after)?.effects;
  if (effects === undefined) throw new Error(`${kind} is not in the snapshot`);
  return effects;
}

test("consumers that are killed in the middle of an insert insert its rows again, and insertIds recognise them", async () => {
  const effects = await effectsOf("consumer-killed", { point: "mid-sink" });
  expect(effects.protected.resent).toBeGreaterThan(0);
  expect(effects.protected).toMatchObject({ absorbedByWarehouse: effects.protected.resent, bookedTwice: 0 });
  expect(effects.unprotected).toMatchObject({ absorbedByWarehouse: 0, bookedTwice: effects.unprotected.resent });
});

test("with deleted checkpoints Spark starts from the beginning: the merge absorbs what it brings again", async () => {
  const before = await program.snapshot();
  const effects = await effectsOf("checkpoint-deleted", {});
  expect(effects.protected.absorbedByWarehouse).toBeGreaterThanOrEqual(count(before, "protected", "kept"));
  expect(effects.unprotected.bookedTwice).toBeGreaterThanOrEqual(count(before, "unprotected", "kept"));
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
