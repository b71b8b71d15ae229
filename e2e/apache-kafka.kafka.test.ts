import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApacheKafka, type ApacheKafka } from "../server/embedded/kafka/testing/apache-kafka.ts";
import { Program, brokenEquations, count, isSettled, laneOf } from "./program.ts";

let kafka: ApacheKafka;
let program: Program;
let directory: string;
let address: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-apache-kafka-"));
  kafka = await startApacheKafka({ directory });
  address = `${kafka.host}:${kafka.port}`;
  program = new Program({ RATE: "20", SEED: "7", KAFKA_BROKERS: address });
  await program.start();
});

afterAll(async () => {
  await program.dispose();
  await kafka.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("with KAFKA_BROKERS set no broker of ours runs, and payments come through that cluster in both lanes", async () => {
  const snapshot = await program.until("both lanes match", (now) =>
    now.lanes.every((lane) => lane.verdict === "MATCH"),
  );
  expect(snapshot.layers.broker).toMatchObject({ kind: "external", address: address });
  expect(snapshot.processes.map((process) => process.name)).not.toContain("broker");
  expect(count(snapshot, "protected", "booked")).toBeGreaterThan(0);
});

test("Apache Kafka absorbs the retry of a lost acknowledgement and stores it twice without idempotence", async () => {
  const { status } = await program.request("POST", "/api/faults/acknowledgement-lost", {});
  expect(status).toBe(202);
  const after = await program.until(
    "the copies are absorbed above and booked below",
    (now) => count(now, "protected", "absorbedByBroker") > 0 && laneOf(now, "unprotected").verdict === "BREAK",
  );
  expect(count(after, "unprotected", "surplus")).toBe(count(after, "protected", "absorbedByBroker"));
  expect(count(after, "protected", "duplicates")).toBe(0);
});

test("a killed producer's copies pass Apache Kafka under a new producer id and layer 3 absorbs them", async () => {
  const before = await program.snapshot();
  await program.request("POST", "/api/faults/producer-killed", {});
  const after = await program.until(
    "layer 3 absorbs the copies",
    (now) =>
      count(now, "protected", "duplicates") > count(before, "protected", "duplicates") &&
      laneOf(now, "protected").verdict === "MATCH",
  );
  expect(count(after, "protected", "absorbedByBroker")).toBe(count(before, "protected", "absorbedByBroker"));
  expect(laneOf(after, "protected").producer.producerId).not.toBe(laneOf(before, "protected").producer.producerId);
});

test("every equation closes in the end", async () => {
  await program.request("PUT", "/api/simulator", { running: false });
  const settled = await program.until("everything has come through", isSettled);
  expect(count(settled, "protected", "booked")).toBeGreaterThan(0);
  expect(brokenEquations(settled)).toEqual([]);
});
