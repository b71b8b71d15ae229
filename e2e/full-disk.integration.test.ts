import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Program, brokenEquations, count, isSettled, laneOf } from "./program.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const diskBytes = "96m";
const fullForMs = 8_000;

let program: Program;
let disk: string;
let isMounted = false;

/** A small disk of its own: a tmpfs, which only root may mount (and not in every container). */
beforeAll(() => {
  const place = new Program();
  disk = join(place.directory, "disk");
  mkdirSync(disk);
  isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", disk]).status === 0;
  program = new Program({ RATE: "20", SEED: "3", LOG_LEVEL: "error", DEDUPSCOPE_DATA: disk });
  mounted = place;
});
let mounted: Program;
afterAll(async () => {
  await program.dispose();
  if (isMounted) spawnSync("umount", ["--lazy", disk]);
  await mounted.dispose();
});

/** Takes all the room there is. */
function fill(file: string): void {
  const handle = openSync(file, "w");
  for (const bytes of [1_048_576, 4_096, 1]) {
    const part = Buffer.alloc(bytes);
    try {
      for (;;) if (writeSync(handle, part) === 0) break;
    } catch {
      // Full for parts of this size.
    }
  }
  closeSync(handle);
}

test("a full disk is an alarm, ends nothing for good, and everything goes on when there is room", async ({ skip }) => {
  if (!isMounted) skip("mounting a tmpfs is not permitted here");
  await program.start();
  const before = await program.until("payments are booked", (now) => count(now, "protected", "booked") > 20);
  const filler = join(disk, "filler");
  fill(filler);
  await program.until("an alarm tells of the disk", ({ alarms }) =>
    alarms.some((text) => /disk is full|no space left|ENOSPC/i.test(text)),
  );
  await pause(fullForMs);
  const fault = await program.request("POST", "/api/faults/application-sends-again", {});
  expect(fault.status).toBeGreaterThanOrEqual(400);
  expect(JSON.stringify(fault.body)).toMatch(/disk/);
  const full = await program.snapshot();
  expect(full.run.id).toBe(before.run.id);
  expect((await fetch(program.address)).status).toBe(200);
  for (const { name, restarts } of full.processes)
    expect({ name, often: restarts > 10 }).toEqual({ name, often: false });
  const refused = await program.request("POST", "/api/runs", {});
  expect(refused.status).toBe(500);
  expect(JSON.stringify(refused.body)).toMatch(/a new run cannot be started.*the present one goes on/);
  expect((await program.snapshot()).run.id).toBe(before.run.id);
  rmSync(filler);
  await program.until(
    "payments are made and booked again",
    (now) => count(now, "protected", "booked") > count(full, "protected", "intended") + 20,
    120_000,
  );
  await program.request("PUT", "/api/simulator", { running: false });
  const after = await program.until(
    "everything has come through and the equations close",
    (now) => isSettled(now) && brokenEquations(now).length === 0,
  );
  expect(laneOf(after, "protected").verdict).toBe("MATCH");
  expect(count(after, "unprotected", "missing")).toBe(0);
  expect(after.alarms).toEqual([]);
  expect(await program.stop()).toBe(0);
});
