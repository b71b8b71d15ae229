import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createBigQuery } from "../server/shared/warehouse-client.ts";
import { Program, count } from "./program.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let program: Program;
const ids: string[] = [];
beforeAll(async () => {
  program = new Program({ RATE: "20", LOG_LEVEL: "error" });
  await program.start();
  ids.push((await program.snapshot()).run.id);
});
afterAll(async () => {
  await program.dispose();
});

const newRun = () => program.request("POST", "/api/runs", {});

async function topics(): Promise<string> {
  const { address } = (await program.snapshot()).layers.broker;
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const names = await admin.listTopics();
  await admin.disconnect();
  return names.join(" ");
}

async function datasets(): Promise<string> {
  const { address } = (await program.snapshot()).layers.warehouse;
  const apiEndpoint = address.startsWith("http") ? address : `http://${address}`;
  const [found] = await createBigQuery({ projectId: "dedupscope", location: "US", apiEndpoint }).getDatasets();
  return found.map(({ id }) => id).join(" ");
}

test("while one new run is being started another is refused with the reason", async () => {
  await program.until("payments are booked", (now) => count(now, "protected", "booked") > 0);
  const answers = await Promise.all([newRun(), newRun()]);
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409]);
  expect(JSON.stringify(answers)).toMatch(/being started already/);
  ids.push((await program.snapshot()).run.id);
  expect(new Set(ids).size).toBe(2);
});

test("old runs beyond the last three are removed from the disk, the broker and the warehouse, no others", async () => {
  while (ids.length < 5) {
    const { status, body } = await newRun();
    expect(status).toBe(201);
    ids.push((body as { id: string }).id);
  }
  const [oldest = ""] = ids;
  const kept = ids.slice(1);
  const places = [() => Promise.resolve(readdirSync(join(program.directory, "runs")).join(" ")), topics, datasets];
  for (const place of places) {
    await expect.poll(place, { timeout: 30_000 }).not.toContain(oldest);
    for (const id of kept) await expect.poll(place, { timeout: 30_000 }).toContain(id);
  }
  expect(existsSync(join(program.directory, "runs", oldest))).toBe(false);
  const { body } = await program.request("GET", "/api/runs");
  expect((body as { runs: { id: string }[] }).runs.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
  expect((await program.request("GET", `/api/snapshot?run=${oldest}`)).status).toBe(404);
  await program.until("payments are booked in the present run", (now) => count(now, "protected", "booked") > 0);
});

test("a new run while the broker is frozen waits for a bounded time, and works when it is back", async () => {
  const before = await program.snapshot();
  const broker = before.processes.find(({ name }) => name === "broker")?.processId ?? 0;
  process.kill(broker, "SIGSTOP");
  const startedMs = performance.now();
  const { status } = await newRun();
  expect(status).toBe(201);
  expect(performance.now() - startedMs).toBeLessThan(45_000);
  await program.until("an alarm names the broker", ({ alarms }) =>
    alarms.some((text) => text.includes("the broker at")),
  );
  process.kill(broker, "SIGCONT");
  const after = await program.until(
    "payments are booked in the new run",
    (now) => now.run.id !== before.run.id && count(now, "protected", "booked") > 0 && now.alarms.length === 0,
  );
  expect(after.lanes.map(({ totals }) => totals.missing.count)).toEqual([0, 0]);
});
