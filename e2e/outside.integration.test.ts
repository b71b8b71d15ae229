import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Program, count } from "./program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function started(environment: Readonly<Record<string, string>>): Promise<Program> {
  const program = new Program({ LOG_LEVEL: "silent", ...environment });
  undo.push(() => program.dispose());
  await program.start();
  return program;
}

async function startBroker(address: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "dedupscope-outside-"));
  const port = address.split(":")[1] ?? "";
  const child: ChildProcess = spawn(
    process.execPath,
    ["server/embedded/kafka/process.ts", "--port", port, "--data", data],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  undo.push(async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    rmSync(data, { recursive: true, force: true });
  });
  if (child.stdout !== null) await once(child.stdout, "data");
}

async function expectTroubleWith(program: Program, address: string): Promise<void> {
  const startedMs = performance.now();
  const snapshot = await program.until(
    `an alarm names ${address}`,
    ({ alarms, lanes }) =>
      alarms.some((text) => text.includes(`the broker at ${address}`)) &&
      lanes.every(({ waitingFor }) => waitingFor?.includes(address) === true),
  );
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect(snapshot.lanes.map(({ verdict }) => verdict)).toEqual(["PENDING", "PENDING"]);
  expect((await fetch(program.address)).status).toBe(200);
  expect((await program.request("GET", "/healthz")).status).toBe(503);
}

test("with no broker at KAFKA_BROKERS the page says so, and the pipeline starts when one appears there", async () => {
  const server = createServer();
  const address = await listening(server);
  server.close();
  await once(server, "close");
  const program = await started({ KAFKA_BROKERS: address });
  await expectTroubleWith(program, address);
  await startBroker(address);
  const moving = await program.until("payments are booked", (now) => count(now, "protected", "booked") > 0);
  expect(moving.alarms.filter((text) => text.includes("broker"))).toEqual([]);
  expect((await program.request("GET", "/healthz")).status).toBe(200);
});

test("a web server at KAFKA_BROKERS, or something that never answers, is an alarm and not a crash", async () => {
  const web = createHttpServer((_request, response) => response.end("hello"));
  const silent = createServer(() => undefined);
  for (const server of [web, silent]) {
    const address = await listening(server);
    const program = await started({ KAFKA_BROKERS: address });
    await expectTroubleWith(program, address);
    expect(count(await program.snapshot(), "protected", "intended")).toBeGreaterThan(0);
    expect(await program.stop()).toBe(0);
    expect(program.output.join("\n")).not.toMatch(/^\s+at .+:\d+/m);
  }
});

test("BIGQUERY_PROJECT without credentials is an alarm within seconds, and the broker's side works", async () => {
  const home = mkdtempSync(join(tmpdir(), "dedupscope-home-"));
  undo.push(() => rmSync(home, { recursive: true, force: true }));
  const program = await started({
    BIGQUERY_PROJECT: "dedupscope-nobody",
    GOOGLE_APPLICATION_CREDENTIALS: "",
    GCE_METADATA_HOST: "127.0.0.1:1",
    HOME: home,
  });
  const startedMs = performance.now();
  const snapshot = await program.until(
    "an alarm speaks of the warehouse and records are stored",
    (now) => now.alarms.some((text) => /warehouse/.test(text)) && count(now, "protected", "stored") > 0,
  );
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect(snapshot.lanes.map(({ verdict }) => verdict)).toEqual(["PENDING", "PENDING"]);
  expect(snapshot.lanes[0]?.waitingFor).toMatch(/warehouse/);
  const told = await program.until("the alarm says what is missing", ({ alarms }) =>
    alarms.some((text) => /warehouse.*credentials/.test(text)),
  );
  expect(told.alarms.join("\n")).not.toMatch(/^\s+at /m);
  expect((await program.request("GET", "/healthz")).status).toBe(503);
  expect(await program.stop()).toBe(0);
});
