import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../shared/clock.ts";
import { createLogger } from "../shared/logger.ts";
import type { ProcessSpec } from "./managed-process.ts";
import type { FromProducer } from "./messages.ts";
import { restartPolicy } from "./restart-policy.ts";
import { Supervisor } from "./supervisor.ts";

let directory: string;
let supervisor: Supervisor;
let events: string[];
let messages: FromProducer[];
const quick = { ...restartPolicy, secondDelayMs: 5, delayMsMax: 5, restartsMax: 2, failedDelayMs: 500 };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-supervisor-"));
  events = [];
  messages = [];
  supervisor = new Supervisor({
    clock: systemClock,
    logger: createLogger("test", "silent"),
    environment: {},
    compileCacheDirectory: join(directory, "compiled"),
    policy: quick,
    onDied: (name, reason) => events.push(`${name} died: ${reason}`),
    onBack: (name) => events.push(`${name} is back`),
  });
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(directory, { recursive: true });
});

function spec(behaviour: string, overrides: Partial<ProcessSpec<"producer">> = {}): ProcessSpec<"producer"> {
  return {
    name: "producer",
    lane: null,
    entry: join(import.meta.dirname, "fixtures", "child.ts"),
    args: () => [behaviour],
    onMessage: (message) => messages.push(message),
    readyTimeoutMs: 20_000,
    stopTimeoutMs: 10_000,
    ...overrides,
  };
}

function producer() {
  const [snapshot] = supervisor.snapshots();
  if (snapshot === undefined) throw new Error("the producer was never started");
  return snapshot;
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 20_000, interval: 10 });
}

test("a process that is killed with SIGKILL comes back within a second, as another process", async () => {
  await supervisor.start(spec("obedient"));
  const before = producer();
  expect(before).toMatchObject({ name: "producer", state: "running", restarts: 0, lastExit: null });
  const killedAt = performance.now();
  process.kill(before.processId ?? 0, "SIGKILL");
  await eventually(() => {
    expect(events).toEqual(["producer died: killed by SIGKILL", "producer is back"]);
  });
  expect(performance.now() - killedAt).toBeLessThan(1_000);
  expect(producer()).toMatchObject({ state: "running", restarts: 1, lastExit: { reason: "killed by SIGKILL" } });
  expect(producer().processId).not.toBe(before.processId);
});

test("a fault may kill more often than the limit of restarts", async () => {
  await supervisor.start(spec("obedient"));
  for (let times = 1; times <= quick.restartsMax + 2; times++) {
    expect(supervisor.kill("producer", "SIGKILL")).toBe(true);
    await eventually(() => {
      expect(producer()).toMatchObject({ state: "running", restarts: times });
    });
  }
  expect(producer().lastExit?.reason).toBe("killed by SIGKILL (fault)");
});

test("messages go both ways, and each incarnation gets its start message first", async () => {
  let asked = 0;
  await supervisor.start(
    spec("obedient", {
      startMessage: () => {
        asked += 1;
        return { type: "start", settings: {} as never };
      },
    }),
  );
  expect(supervisor.send("producer", { type: "plan-advanced", lastBatchId: 5 })).toBe(true);
  await eventually(() => {
    expect(messages.filter((message) => message.type !== "ready")).toEqual([
      { type: "ledger-advanced", changeNo: -1 },
      { type: "ledger-advanced", changeNo: 5 },
    ]);
  });
  supervisor.kill("producer", "SIGKILL");
  await eventually(() => {
    expect(events).toContain("producer is back");
  });
  expect(asked).toBe(2);
});

async function failed(behaviour: string, overrides: Partial<ProcessSpec<"producer">> = {}): Promise<void> {
  supervisor.start(spec(behaviour, overrides)).catch(() => undefined);
  await eventually(() => {
    expect(producer().state).toBe("failed");
  });
}

test("a process that fails for a reason is tried again, then seldom, with its own words", async () => {
  await failed("fails");
  expect(producer()).toMatchObject({ state: "failed", restarts: 2, processId: null });
  expect(producer().lastExit?.reason).toMatch(/^port 9092 is taken \(it died more than 2 times in 60 s/);
  expect(producer().nextStartAt).not.toBeNull();
  expect(events).toHaveLength(3);
  expect(supervisor.send("producer", { type: "plan-advanced", lastBatchId: 1 })).toBe(false);
  expect(supervisor.kill("producer", "SIGKILL")).toBe(false);
  await supervisor.stop("producer");
  await supervisor.start(spec("obedient"));
  expect(producer().state).toBe("running");
});

test("a failed process comes back by itself when what it lacked is there", async () => {
  const behaviours = ["fails", "fails", "fails", "fails", "obedient"];
  const started = supervisor.start(spec("", { args: () => [behaviours.shift() ?? "obedient"] }));
  await eventually(() => {
    expect(producer().state).toBe("failed");
  });
  await started;
  expect(producer()).toMatchObject({ state: "running", restarts: 4 });
  expect(events.at(-1)).toBe("producer is back");
});

test("a process that only exits is reported with its exit code", async () => {
  await failed("exits");
  expect(producer().lastExit?.reason).toMatch(/ended with exit code 7/);
});

test("a process that never becomes ready is killed and counts as dead", async () => {
  await failed("silent", { readyTimeoutMs: 200 });
  expect(producer().lastExit?.reason).toMatch(/not ready within 0\.2 s/);
});

test("stop ends a process cleanly and nobody calls it a death", async () => {
  await supervisor.start(spec("obedient"));
  const { processId } = producer();
  await supervisor.stop("producer");
  expect(producer()).toMatchObject({ state: "stopped", lastExit: { reason: "ended by itself" } });
  expect(() => process.kill(processId ?? 0, 0)).toThrow(/ESRCH/);
  expect(events).toEqual([]);
  await supervisor.start(spec("obedient"));
  expect(producer().state).toBe("running");
});

test("a process that ignores SIGTERM, or is frozen, is killed when its time is up", async () => {
  await supervisor.start(spec("stubborn", { stopTimeoutMs: 100 }));
  await supervisor.stop("producer");
  expect(producer().lastExit?.reason).toBe("killed by SIGKILL");
  await supervisor.start(spec("obedient", { stopTimeoutMs: 100 }));
  supervisor.kill("producer", "SIGSTOP");
  await supervisor.stop("producer");
  expect(producer().state).toBe("stopped");
});

test("stop during a backoff cancels the restart", async () => {
  const restartDelayMs = 400;
  const slow = new Supervisor({
    clock: systemClock,
    logger: createLogger("test", "silent"),
    environment: {},
    compileCacheDirectory: join(directory, "compiled"),
    policy: { ...restartPolicy, firstDelayMs: restartDelayMs },
    onDied: (_, reason) => events.push(reason),
    onBack: () => undefined,
  });
  const started = slow.start(spec("exits"));
  await eventually(() => {
    expect(slow.snapshots()[0]?.state).toBe("backing-off");
  });
  expect(slow.snapshots()[0]?.nextStartAt).not.toBeNull();
  await slow.stopAll();
  await expect(started).rejects.toThrow(/was stopped/);
  // That nothing happens can only be waited for.
  await setTimeout(2 * restartDelayMs);
  expect(slow.snapshots()[0]).toMatchObject({ state: "stopped", nextStartAt: null, restarts: 0 });
});

test("two starts of the same process are refused", async () => {
  await supervisor.start(spec("obedient"));
  expect(() => supervisor.start(spec("obedient"))).toThrow(/producer is running/);
});

test("children use Node's compile cache", async () => {
  await supervisor.start(spec("obedient"));
  await supervisor.stop("producer");
  expect(readdirSync(join(directory, "compiled"))).not.toEqual([]);
});

test("a child ends when its parent is killed with SIGKILL", async () => {
  const file = join(directory, "last-words");
  const parent = spawn(process.execPath, [join(import.meta.dirname, "fixtures", "parent.ts"), directory, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = (await once(parent.stdout, "data")) as [Buffer];
  const child = Number(output.toString());
  expect(child).toBeGreaterThan(0);
  parent.kill("SIGKILL");
  await eventually(() => {
    expect(() => process.kill(child, 0)).toThrow(/ESRCH/);
  });
  expect(existsSync(file)).toBe(true);
});
