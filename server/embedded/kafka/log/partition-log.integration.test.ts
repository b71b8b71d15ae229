import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readBatchHeader } from "../records/batch-header.ts";
import { buildBatch, readValues } from "../testing/build-batch.ts";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { DamagedDataError } from "./damaged-data-error.ts";
import type { LogPolicy } from "./log-policy.ts";
import { OpenFiles } from "./open-files.ts";
import { PartitionLog } from "./partition-log.ts";

const KEEP: LogPolicy = {
  batchBytesMax: 1_000_000,
  segmentBytes: 1_000_000,
  retentionMs: -1,
  retentionBytes: -1,
  timestampType: "CreateTime",
  timestampAfterMaxMs: 3_600_000,
  isDeletable: true,
};
const EVERYTHING = 10_000_000;

let files: OpenFiles;
let root: ReturnType<typeof temporaryDirectory>;
let directory: string;

beforeEach(() => {
  files = new OpenFiles();
  root = temporaryDirectory();
  directory = join(root.path, "topic-0");
});

afterEach(() => {
  files.closeAll();
  root.remove();
});

function open(policy: Partial<LogPolicy> = {}, clock: () => number = () => 0): PartitionLog {
  return new PartitionLog({ directory, files, policy: () => ({ ...KEEP, ...policy }), clock, logStart: 0 });
}

/** Opens what a process that died has left: its descriptors are gone, nothing was saved. */
function reopen(policy: Partial<LogPolicy> = {}): PartitionLog {
  files.closeAll();
  return open(policy);
}

function append(log: PartitionLog, fields: Parameters<typeof buildBatch>[0]): string {
  const batch = buildBatch({ timestamp: 1_000, ...fields });
  const outcome = log.append(batch, readBatchHeader(batch));
  return outcome.kind === "refused" ? `error ${outcome.error}` : `${outcome.kind} at ${outcome.baseOffset}`;
}

function valuesFrom(log: PartitionLog, offset: number): string[] {
  const values: string[] = [];
  for (let next = offset; next < log.logEnd;) {
    const found = readValues(log.read({ offset: next, bytesMax: EVERYTHING, atLeastOneBatch: true }));
    for (const { offset: at, value } of found) if (at >= next) values.push(value);
    next = (found.at(-1)?.offset ?? log.logEnd) + 1;
  }
  return values;
}

function filesNamed(extension: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith(extension));
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `value-${index}`);

describe("a partition's log", () => {
  it("begins new segments, and reads across them from any offset", () => {
    const log = open({ segmentBytes: 300 });
    for (const value of numbered(20)) append(log, { values: [value, `${value}+`] });
    expect(log.segmentCount).toBeGreaterThan(4);
    const all = numbered(20).flatMap((value) => [value, `${value}+`]);
    for (let offset = 0; offset <= 40; offset += 1) expect(valuesFrom(log, offset)).toEqual(all.slice(offset));
  });

  it("returns a first batch that is larger than asked, and a later one cut", () => {
    const log = open();
    append(log, { values: ["a".repeat(500)] });
    append(log, { values: ["b"] });
    expect(readValues(log.read({ offset: 0, bytesMax: 10, atLeastOneBatch: true }))).toHaveLength(1);
    expect(log.read({ offset: 0, bytesMax: 10, atLeastOneBatch: false })).toHaveLength(0);
    expect(log.read({ offset: 0, bytesMax: 600, atLeastOneBatch: true })).toHaveLength(600);
  });

  it("is a prefix of whole batches wherever a crash has torn it, and knows their producer", () => {
    const log = open();
    for (const [index, value] of numbered(6).entries())
      append(log, { producerId: 7, baseSequence: index, values: [value] });
    const path = join(directory, filesNamed(".log")[0] ?? "");
    const bytes = readFileSync(path);
    const batchBytes = bytes.length / 6;
    fc.assert(
      fc.property(fc.nat(bytes.length), (length) => {
        writeFileSync(path, bytes);
        truncateSync(path, length);
        const torn = reopen();
        const whole = Math.floor(length / batchBytes);
        expect([torn.logEnd, torn.cutBytes]).toEqual([whole, length - whole * batchBytes]);
        expect(valuesFrom(torn, 0)).toEqual(numbered(whole));
        const last = { producerId: 7, baseSequence: whole - 1, values: ["x"] };
        expect(whole === 0 || append(torn, last) === `duplicate at ${whole - 1}`).toBe(true);
        expect(append(torn, { producerId: 7, baseSequence: whole, values: ["x"] })).toBe(`appended at ${whole}`);
      }),
    );
  });

  it("cuts a last batch whose bytes are damaged", () => {
    const log = open();
    for (const value of numbered(3)) append(log, { values: [value] });
    const path = join(directory, filesNamed(".log")[0] ?? "");
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 0xff, bytes.length - 3);
    writeFileSync(path, bytes);
    expect(valuesFrom(reopen(), 0)).toEqual(numbered(2));
  });

  it("refuses to open, and cuts nothing, when a batch is damaged that whole ones follow", () => {
    const log = open();
    for (const value of numbered(4)) append(log, { values: [value] });
    const path = join(directory, filesNamed(".log")[0] ?? "");
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length / 4 + 30, bytes.length / 4 + 40);
    writeFileSync(path, bytes);
    expect(() => reopen()).toThrow(DamagedDataError);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("refuses to open when a segment before the last is damaged or gone", () => {
    const log = open({ segmentBytes: 200 });
    for (const value of numbered(9)) append(log, { values: [value] });
    const [, second = ""] = filesNamed(".log");
    const bytes = readFileSync(join(directory, second));
    rmSync(join(directory, second.replace(".log", ".index")));
    bytes.writeUInt8(bytes.readUInt8(40) ^ 0xff, 40);
    writeFileSync(join(directory, second), bytes);
    expect(() => reopen()).toThrow(DamagedDataError);
    rmSync(join(directory, second));
    expect(() => reopen()).toThrow(/is damaged after byte .*restore it from a copy/);
  });

  it("rebuilds indexes and producers from the log alone", () => {
    const log = open({ segmentBytes: 300 });
    for (const [index, value] of numbered(9).entries())
      append(log, { producerId: 7, baseSequence: index, values: [value] });
    log.close();
    for (const name of [...filesNamed(".index"), ...filesNamed(".snapshot")]) writeFileSync(join(directory, name), "?");
    const rebuilt = reopen({ segmentBytes: 300 });
    expect(valuesFrom(rebuilt, 0)).toEqual(numbered(9));
    expect(append(rebuilt, { producerId: 7, baseSequence: 8, values: ["x"] })).toBe("duplicate at 8");
  });

  it("flushes what it could not flush the time before, and nothing that retention has removed", async () => {
    const log = open({ segmentBytes: 200 });
    for (const value of numbered(3)) append(log, { values: [value.repeat(10)] });
    const path = join(directory, filesNamed(".log")[1] ?? "");
    const bytes = readFileSync(path);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      rmSync(path);
      await expect(log.flush()).rejects.toThrow("ENOENT");
      writeFileSync(path, bytes);
    }
    await expect(log.flush()).resolves.toBeUndefined();
    append(log, { values: ["last"] });
    const flushing = log.flush();
    log.removeOldest(log.segmentCount);
    await expect(flushing).resolves.toBeUndefined();
  });

  it("keeps two snapshots", () => {
    const log = open({ segmentBytes: 200 });
    for (const value of numbered(20)) append(log, { values: [value] });
    expect(filesNamed(".snapshot")).toHaveLength(2);
  });
});

describe("a partition's retention", () => {
  it("moves the log start with the segments that go, and keeps the log end when all have gone", () => {
    let now = 1_000;
    const log = open({ segmentBytes: 200, retentionMs: 500 }, () => now);
    for (const value of numbered(10)) append(log, { values: [value], timestamp: now });
    now = 2_000;
    expect(log.applyRetention("time")).toBeGreaterThan(1);
    expect([log.logStart, log.logEnd, log.sizeBytes]).toEqual([10, 10, 0]);
    expect(append(reopen(), { values: ["next"] })).toBe("appended at 10");
  });

  it("keeps the last records up to a size", () => {
    const log = open({ segmentBytes: 200, retentionBytes: 500 });
    for (const value of numbered(30)) append(log, { values: [value] });
    log.applyRetention("size");
    expect(log.sizeBytes).toBeGreaterThanOrEqual(500);
    expect(log.sizeBytes).toBeLessThan(800);
    expect(valuesFrom(log, log.logStart)).toEqual(numbered(30).slice(log.logStart));
  });

  it("removes segments that the moved log start has passed", () => {
    const log = open({ segmentBytes: 200 });
    for (const value of numbered(10)) append(log, { values: [value] });
    const before = log.segmentCount;
    log.moveLogStart(7);
    log.applyRetention("size");
    expect([log.logStart, log.segmentCount < before]).toEqual([7, true]);
    expect(valuesFrom(log, 7)).toEqual(numbered(10).slice(7));
  });
});

describe("a partition's clock", () => {
  it("finds the first record since any time, as a search of all records does", () => {
    const log = open({ segmentBytes: 400 });
    const timestamps = [5, 3, 8, 8, 2, 20, 15, 30, 1, 40, 40, 7];
    for (const [index, timestamp] of timestamps.entries()) append(log, { values: [`value-${index}`], timestamp });
    for (let timestamp = 0; timestamp <= 41; timestamp += 1) {
      const expected = timestamps.findIndex((each) => each >= timestamp);
      expect(log.firstBatchSince(timestamp)?.header.baseOffset ?? -1).toBe(expected);
    }
  });

  it("forgets producers by the injected time only", () => {
    let now = 1_000;
    const log = open({}, () => now);
    append(log, { producerId: 7, baseSequence: 0, values: ["x"], timestamp: 1_000 });
    now = 1_499;
    expect([log.expireProducers(500), log.producers.size]).toEqual([0, 1]);
    now = 1_500;
    expect([log.expireProducers(500), log.producers.size]).toEqual([1, 0]);
    expect(append(log, { producerId: 7, baseSequence: 0, values: ["x"] })).toBe("appended at 1");
  });
});
