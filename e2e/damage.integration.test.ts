import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Snapshot } from "../contract/snapshot.ts";
import { Program, brokenEquations, count } from "./program.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const damage = Buffer.alloc(16_384, "not what was written here ");

let program: Program;
let runId: string;
let copy: string;

/** A run that has come through and was stopped, and a copy of everything it left. */
beforeAll(async () => {
  program = new Program({ RATE: "20", SEED: "5", LOG_LEVEL: "error" });
  await program.start();
  const snapshot = await program.until("payments are booked", (now) => count(now, "protected", "booked") > 20);
  runId = snapshot.run.id;
  await program.stop();
  copy = mkdtempSync(join(tmpdir(), "dedupscope-copy-"));
  cpSync(program.directory, copy, { recursive: true });
});
afterAll(async () => {
  await program.dispose();
  rmSync(copy, { recursive: true, force: true });
});

afterEach(async () => {
  await program.stop();
});

function restore(): void {
  for (const name of readdirSync(program.directory)) rmSync(join(program.directory, name), { recursive: true });
  cpSync(copy, program.directory, { recursive: true });
}

/** The newest file below `folder` whose name matches. */
function fileIn(folder: string, pattern: RegExp): string {
  const files = readdirSync(join(program.directory, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => pattern.test(name))
    .map((name) => join(program.directory, folder, name))
    .filter((file) => statSync(file).size > 0);
  const file = files.toSorted().at(-1);
  if (file === undefined) throw new Error(`nothing below ${folder} matches ${pattern.source}`);
  return file;
}

function spoil(file: string): void {
  for (const log of [`${file}-wal`, `${file}-shm`, `${file}.wal`]) rmSync(log, { force: true });
  writeFileSync(file, damage);
}

const alarmOf = ({ alarms }: Snapshot, file: string): string | undefined => alarms.find((text) => text.includes(file));

test.each([
  { what: "the broker's facts", folder: "kafka", pattern: /broker\.sqlite$/ },
  { what: "the warehouse", folder: "bigquery", pattern: /\.duckdb$/ },
  { what: "a checkpoint's identity", folder: "runs", pattern: /consumer-protected\/checkpoint\/.*\.json$/ },
  { what: "the sink's journal", folder: "runs", pattern: /consumer-protected\/sink\.sqlite$/ },
  { what: "the checkpoint's lease", folder: "runs", pattern: /consumer-protected\/[^/]*lease[^/]*\.sqlite$/ },
])(
  "$what damaged: the file and a remedy are on the screen and in the log, nothing is deleted",
  async ({ folder, pattern }) => {
    restore();
    const file = fileIn(folder, pattern);
    spoil(file);
    await program.start();
    const snapshot = await program.until(`an alarm names ${file}`, (now) => alarmOf(now, file) !== undefined, 20_000);
    const alarm = alarmOf(snapshot, file) ?? "";
    expect(alarm).toMatch(/--fresh|restore|move it away|delete/);
    expect(alarm).not.toMatch(/\n/);
    await expect
      .poll(async () => JSON.stringify(await program.request("GET", "/healthz")), { timeout: 30_000 })
      .toMatch(new RegExp(`"status":503.*${file}`));
    await expect.poll(() => program.output.join("\n"), { timeout: 30_000 }).toContain(file);
    expect(await program.stop()).toBe(0);
    expect(program.output.join("\n")).not.toMatch(/^\s+at .+:\d+/m);
    expect(readFileSync(file).equals(damage)).toBe(true);
  },
);

test("after the damaged files were put back everything goes on as if nothing had been", async () => {
  restore();
  await program.start();
  const snapshot = await program.until(
    "both lanes match",
    (now) => now.lanes.every(({ verdict }) => verdict === "MATCH") && brokenEquations(now).length === 0,
  );
  expect(snapshot.run.id).toBe(runId);
  expect(snapshot.alarms).toEqual([]);
  await program.stop();
});

test("a damaged record log is kept, named, and refused", async () => {
  restore();
  const file = fileIn("kafka", /-\d+\/\d+\.log$/);
  const whole = readFileSync(file);
  const spoiled = Buffer.from(whole);
  spoiled.fill(0xff, 0, Math.min(200, whole.length));
  writeFileSync(file, spoiled);
  for (const name of readdirSync(join(file, ".."))) if (!name.endsWith(".log")) rmSync(join(file, "..", name));
  await program.start();
  await program.until(
    "an alarm names the partition's directory",
    (now) => now.alarms.some((text) => text.includes(join(file, ".."))),
    30_000,
  );
  expect(existsSync(file)).toBe(true);
  expect(await program.stop()).toBe(0);
});
