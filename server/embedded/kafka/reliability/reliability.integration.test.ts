/**
 * Idempotence under faults. All runs together take 60 s in CI and 16 s elsewhere; RELIABILITY_SECONDS makes them longer,
 * RELIABILITY_SEED repeats the faults of a run, whose seed is printed.
 */
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { runReliability } from "./reliability-run.ts";
import type { RunReport } from "./reliability-run.ts";

const IS_CI = process.env["CI"] !== undefined;
const SECONDS = Number(process.env["RELIABILITY_SECONDS"] ?? (IS_CI ? 60 : 16));
const SEED = Number(process.env["RELIABILITY_SEED"] ?? Date.now() % 1_000_000_007);
const RUNS = 4;
const timeout = SECONDS * 1_000 + 120_000;

async function run(client: "raw" | "kafkajs", isIdempotent: boolean): Promise<RunReport> {
  const directory = temporaryDirectory();
  const options = { seed: SEED, seconds: SECONDS / RUNS, client, isIdempotent, dataDirectory: directory.path };
  const report = await runReliability(options);
  directory.remove();
  const { attempts, acknowledged, unknown, lost, duplicated, failed } = report;
  const summary = { attempts, acknowledged, unknown, failed, lost, duplicated };
  console.log(`${client}, idempotence ${isIdempotent ? "on" : "off"}, seed ${SEED}:`, JSON.stringify(summary));
  return report;
}

describe.each(["raw", "kafkajs"] as const)("under faults, through the %s client", (client) => {
  it("stores every acknowledged value once and in order when idempotence is on", { timeout }, async () => {
    const report = await run(client, true);
    expect(report).toMatchObject({ lost: 0, duplicated: 0, risen: 0, unexpected: 0, reordered: 0 });
    expect(report.stored).toBe(report.logEnds);
    expect(report.acknowledged).toBeGreaterThan(report.unknown);
  });

  it("stores values twice when idempotence is off, and still loses none", { timeout }, async () => {
    const report = await run(client, false);
    expect(report).toMatchObject({ lost: 0, risen: 0, unexpected: 0 });
    expect(report.duplicated).toBeGreaterThan(0);
  });
});
