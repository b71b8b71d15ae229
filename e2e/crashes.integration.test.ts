import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Snapshot } from "../contract/snapshot.ts";
import { Program, brokenEquations, count, isSettled, laneOf } from "./program.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

/** Another seed: SEED=7 npm run test:integration -- e2e/crashes. */
const seed = Number(process.env["SEED"] ?? 1);
const random = xoroshiro128plus(seed);
const below = (limit: number): number => uniformInt(random, 0, limit - 1);
const rounds = 2;
const pauseMsMax = 700;

let program: Program;
beforeAll(async () => {
  console.log(`crashes with seed ${seed}`);
  program = new Program({ RATE: "50", SEED: "42", LOG_LEVEL: "silent" });
  await program.start();
  await program.allRunning();
});
afterAll(async () => {
  await program.dispose();
});

/** With the simulator paused, everything that was intended has come through and every equation closes. */
async function expectNothingLost(): Promise<Snapshot> {
  await program.request("PUT", "/api/simulator", { running: false });
  const after = await program.until("everything has come through and the equations close", (now) => {
    return isSettled(now) && brokenEquations(now).length === 0;
  });
  expect(laneOf(after, "protected").verdict).toBe("MATCH");
  expect(count(after, "protected", "booked")).toBe(count(after, "protected", "intended"));
  for (const { name } of after.lanes)
    expect({ lane: name, missing: count(after, name, "missing") }).toEqual({ lane: name, missing: 0 });
  expect(after.alarms).toEqual([]);
  return after;
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(below(rest.length), 1));
}

test("SIGKILL of every process at random moments loses nothing and charges nobody twice in the protected lane", async () => {
  const before = await program.allRunning();
  for (let round = 0; round < rounds; round++) {
    for (const { name } of shuffled(before.processes)) {
      await pause(below(pauseMsMax));
      const victim = (await program.snapshot()).processes.find((entry) => entry.name === name);
      if (typeof victim?.processId === "number") process.kill(victim.processId, "SIGKILL");
    }
    const after = await program.allRunning();
    for (const { name, restarts, lastExit } of after.processes)
      expect({ name, restarted: restarts > round, exit: lastExit?.reason }).toEqual({
        name,
        restarted: true,
        exit: "killed by SIGKILL",
      });
  }
  const after = await expectNothingLost();
  expect(count(after, "protected", "intended")).toBeGreaterThan(count(before, "protected", "intended"));
});

test("SIGKILL of the whole program ends its children and frees the ports; started again, nothing is lost", async () => {
  for (let round = 0; round < rounds; round++) {
    await program.request("PUT", "/api/simulator", { running: true });
    await pause(below(2_000));
    const before = await program.snapshot();
    await program.kill();
    await expect.poll(() => program.leftOver(), { timeout: 15_000 }).toEqual([]);
    const addresses = [before.layers.broker.address, before.layers.warehouse.address, program.address];
    for (const address of addresses)
      expect({ address, taken: await isTaken(address) }).toEqual({ address, taken: false });
    await program.start();
    const after = await program.allRunning();
    expect(after.run.id).toBe(before.run.id);
    const names = ["intended", "attempted", "read", "kept", "booked"] as const;
    const settled = await expectNothingLost();
    for (const { name } of before.lanes)
      for (const total of names)
        expect({ total, kept: count(settled, name, total) >= count(before, name, total) }).toEqual({
          total,
          kept: true,
        });
  }
});

function isTaken(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes("//") ? address : `tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

const stealRetryMs = 2;

/** Takes the port as soon as the killed broker has let go of it: a new one needs a hundred times as long to start. */
async function steal(port: number): Promise<Server> {
  for (;;) {
    const thief = createServer((socket) => socket.destroy());
    try {
      thief.listen(port, "127.0.0.1");
      await once(thief, "listening");
      return thief;
    } catch {
      await pause(stealRetryMs);
    }
  }
}

test("a broker whose port was taken meanwhile is told of with the reason, and comes back when the port is free", async () => {
  await program.request("PUT", "/api/simulator", { running: true });
  const { processes, layers } = await program.allRunning();
  const port = Number(layers.broker.address.split(":").at(-1));
  process.kill(processes.find(({ name }) => name === "broker")?.processId ?? 0, "SIGKILL");
  const thief = await steal(port);
  const told = await program.until("the reason is among the alarms", ({ alarms }) =>
    alarms.some((text) => text.includes(`broker does not run: port ${port} on 127.0.0.1 is in use`)),
  );
  expect(told.processes.find(({ name }) => name === "broker")?.state).not.toBe("running");
  const health = await program.request("GET", "/healthz");
  expect(health.status).toBe(503);
  expect(JSON.stringify(health.body)).toContain(`port ${port} on 127.0.0.1 is in use`);
  thief.close();
  await program.allRunning();
  await expectNothingLost();
});

test("SIGTERM in the middle of traffic ends it within ten seconds with exit code 0, frozen processes included", async () => {
  await program.request("PUT", "/api/simulator", { running: true });
  const { processes } = await program.allRunning();
  for (const { name, processId } of processes)
    if (name === "broker" || name === "consumer-protected") process.kill(processId ?? 0, "SIGSTOP");
  const startedMs = performance.now();
  expect(await program.stop()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(11_000);
  await expect.poll(() => program.leftOver(), { timeout: 5_000 }).toEqual([]);
  await program.start();
  await expectNothingLost();
});
