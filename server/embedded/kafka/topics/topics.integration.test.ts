import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OpenFiles } from "../log/open-files.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import { readBatchHeader } from "../records/batch-header.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import type { BrokerSettings } from "../settings.ts";
import { openDatabase } from "../storage/database.ts";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { TopicTable } from "./topic-table.ts";
import { Topics } from "./topics.ts";

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SEGMENT_BYTES = 2_048;
const TOTAL_BYTES = 20_480;

let directory: ReturnType<typeof temporaryDirectory>;
let database: ReturnType<typeof openDatabase>;
let files: OpenFiles;
let topics: Topics;

beforeEach(() => {
  directory = temporaryDirectory();
  database = openDatabase(directory.path);
  files = new OpenFiles();
  const settings: BrokerSettings = {
    ...DEFAULT_SETTINGS,
    dataDirectory: directory.path,
    segmentBytes: SEGMENT_BYTES,
    totalBytesMax: TOTAL_BYTES,
  };
  topics = new Topics({ table: new TopicTable(database), files, settings, clock: () => 1_000, logger });
});

afterEach(() => {
  files.closeAll();
  database.close();
  directory.remove();
});

function fill(name: string, batches: number, configs: Record<string, string> = {}): PartitionLog {
  const log = topics.create({ name, partitions: 1, configs: new Map(Object.entries(configs)) }).partitions[0];
  if (log === undefined) throw new Error("a topic was created without a partition");
  for (let count = 0; count < batches; count += 1) {
    const batch = buildBatch({ values: ["x".repeat(900)], timestamp: 1_000 });
    log.append(batch, readBatchHeader(batch));
  }
  return log;
}

describe("the limit for all logs together", () => {
  it("removes the oldest segments of the largest log until all fit, and leaves small ones whole", () => {
    const [large, small] = [fill("large", 60), fill("small", 4)];
    const smallBytes = small.sizeBytes;
    expect(topics.applySizeRetention()).toBeGreaterThan(10);
    expect(large.sizeBytes + small.sizeBytes).toBeLessThanOrEqual(TOTAL_BYTES);
    expect(large.sizeBytes + small.sizeBytes).toBeGreaterThan(TOTAL_BYTES - 2 * SEGMENT_BYTES);
    expect([small.logStart, small.sizeBytes]).toEqual([0, smallBytes]);
    expect([large.logStart > 30, large.logEnd]).toEqual([true, 60]);
  });

  it("holds for topics that are not deleted from, too: no log may fill the disk", () => {
    const kept = fill("kept", 60, { "cleanup.policy": "compact", "retention.ms": "1" });
    expect(topics.applyTimeRetention()).toBe(0);
    topics.applySizeRetention();
    expect(kept.sizeBytes).toBeLessThanOrEqual(TOTAL_BYTES);
  });
});

describe("the limits of one topic", () => {
  it("are its own: how many bytes it keeps", () => {
    const [short, long] = [fill("short", 12, { "retention.bytes": "3000" }), fill("long", 4)];
    topics.applySizeRetention();
    expect(short.sizeBytes).toBeLessThan(3_000 + SEGMENT_BYTES);
    expect([short.logEnd, long.logStart]).toEqual([12, 0]);
  });
});
