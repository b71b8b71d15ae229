import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { count, Program } from "./program.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const programs: Program[] = [];

function program(environment: Readonly<Record<string, string>> = {}): Program {
  const made = new Program({ LOG_LEVEL: "warn", ...environment });
  programs.push(made);
  return made;
}

afterEach(async () => {
  for (const made of programs.splice(0)) await made.dispose();
});

async function expectNothingLeftOf(made: Program): Promise<void> {
  await expect.poll(() => made.leftOver(), { timeout: 15_000 }).toEqual([]);
}

const stackTrace = /^\s+at .+:\d+/m;

test("a busy port is told at once, with another one to take, before anything else is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const made = program({ PORT: String(port) });
  const { code, said } = await made.spawnUntilEnd();
  other.close();
  expect(code).toBe(1);
  expect(said).toBe(
    `dedupscope: port ${port} on 127.0.0.1 is in use; stop what uses it, or choose another: PORT=${port + 1} npm start`,
  );
  expect(existsSync(join(made.directory, "kafka"))).toBe(false);
  await expectNothingLeftOf(made);
});

test("a data directory that is a file, below a file or on a kernel's file system is refused with what to do", async () => {
  const file = join(program().directory, "file");
  writeFileSync(file, "kept");
  for (const path of [file, join(file, "below"), "/proc/dedupscope"]) {
    const { code, said } = await program({ DEDUPSCOPE_DATA: path }).spawnUntilEnd();
    expect(code).toBe(1);
    expect(said).toMatch(
      /^dedupscope: the data directory \S+ (is a file|cannot be written)[^\n]*DEDUPSCOPE_DATA=[^\n]*$/,
    );
    expect(said).toContain(path);
  }
  expect(readFileSync(file, "utf8")).toBe("kept");
});

test("a second program on the same data directory is refused and the first goes on", async () => {
  const first = program();
  await first.start();
  const second = program({ DEDUPSCOPE_DATA: first.directory });
  const { code, said } = await second.spawnUntilEnd();
  expect(code).toBe(1);
  expect(said).toBe(
    `dedupscope: another dedupscope uses the data directory ${first.directory}; stop it, or choose another with ` +
      "DEDUPSCOPE_DATA",
  );
  const before = await first.snapshot();
  await first.until("the first program goes on", ({ seq }) => seq > before.seq + 1);
  expect(await first.stop()).toBe(0);
  await expectNothingLeftOf(first);
});

test("a damaged file of the app or of a ledger is named with a remedy, and kept as it is", async () => {
  const made = program();
  await made.start();
  const runId = (await made.snapshot()).run.id;
  await made.until("payments are sent", ({ lanes }) => (lanes[0]?.totals.appended.count ?? 0) > 0);
  expect(await made.stop()).toBe(0);
  const files = ["lock.sqlite", "app.sqlite", `runs/${runId}/intents.sqlite`, `runs/${runId}/attempts.sqlite`];
  for (const name of files) {
    const file = join(made.directory, name);
    const whole = readFileSync(file);
    const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : null;
    const damage = Buffer.alloc(8_192, "not a database ");
    writeFileSync(file, damage);
    rmSync(`${file}-wal`, { force: true });
    const { code, said } = await made.spawnUntilEnd();
    expect.soft({ name, code }).toEqual({ name, code: 1 });
    expect.soft(said).toContain(file);
    expect.soft(said).toMatch(/^dedupscope: [^\n]*(--fresh|remove it)[^\n]*$/m);
    expect.soft(said).not.toMatch(stackTrace);
    expect.soft(readFileSync(file).equals(damage)).toBe(true);
    await expectNothingLeftOf(made);
    writeFileSync(file, whole);
    if (log !== null) writeFileSync(`${file}-wal`, log);
  }
  await made.start();
  expect((await made.snapshot()).run.id).toBe(runId);
});

test("--fresh begins anew on a damaged directory and removes only what is its own", async () => {
  const made = program();
  mkdirSync(join(made.directory, "kafka"), { recursive: true });
  writeFileSync(join(made.directory, "app.sqlite"), "damaged");
  writeFileSync(join(made.directory, "kafka", "broker.sqlite"), "damaged");
  writeFileSync(join(made.directory, "notes.txt"), "mine");
  const child = made.spawn("--fresh");
  await expect.poll(() => made.output.join("\n"), { timeout: 60_000 }).toContain("dedupscope ready on");
  child.kill("SIGTERM");
  await once(child, "close");
  expect(child.exitCode).toBe(0);
  expect(readFileSync(join(made.directory, "notes.txt"), "utf8")).toBe("mine");
});

/** What lies in the data directory tells how far a start is. */
async function reached(made: Program, stage: string): Promise<void> {
  const file = join(made.directory, stage);
  await expect.poll(() => existsSync(file), { timeout: 60_000, interval: 5 }).toBe(true);
}

test("SIGTERM and SIGINT at several stages of the start end it with exit code 0, with no orphans", async () => {
  for (const [index, stage] of ["lock.sqlite", "bigquery", "runs"].entries()) {
    const made = program();
    made.spawn();
    await reached(made, stage);
    const startedMs = performance.now();
    const code = await made.stop(index % 2 === 0 ? "SIGTERM" : "SIGINT");
    expect.soft({ stage, code }).toEqual({ stage, code: 0 });
    expect.soft(performance.now() - startedMs).toBeLessThan(11_000);
    expect.soft(made.output.join("\n")).not.toMatch(stackTrace);
    await expectNothingLeftOf(made);
  }
});

test("SIGKILL at several stages of the start leaves no orphans, and the next start goes on", async () => {
  const made = program();
  for (const stage of ["kafka", "app.sqlite", "runs"]) {
    rmSync(join(made.directory, stage), { recursive: true, force: true });
    const child = made.spawn();
    await reached(made, stage);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expectNothingLeftOf(made);
  }
  await made.start();
  const moving = await made.until("payments come through", (now) => count(now, "protected", "booked") > 0);
  expect(moving.alarms).toEqual([]);
});

test("the system's older Node is told that 24 is needed, with exit code 1", ({ skip }) => {
  const old = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => {
    if (!existsSync(path)) return false;
    const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout;
    return Number.parseInt(version.slice(1), 10) < 24;
  });
  if (old === undefined) skip("this machine has no Node older than 24");
  const { status, stderr } = spawnSync(String(old), ["scripts/check-node.js"], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Node \S+ is too old: dedupscope needs 24 or newer/);
  expect(stderr).not.toMatch(stackTrace);
});
