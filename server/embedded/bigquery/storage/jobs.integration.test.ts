import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryDirectory } from "../testing/server-process.ts";
import { BigQueryError } from "../errors.ts";
import { Catalog } from "./catalog.ts";
import { Database } from "./database.ts";
import { JobRecords } from "./job-records.ts";
import type { JobRecordLimits } from "./job-records.ts";
import { Jobs } from "./jobs.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const limits: JobRecordLimits = { recordsMax: 50, ageMaxMs: 180 * dayMs, recordsBetweenRemovals: 10 };

let directory: ReturnType<typeof temporaryDirectory>;
let database: Database;
const clock = { nowMs: 0, now: (): number => clock.nowMs };

beforeEach(async () => {
  directory = temporaryDirectory();
  clock.nowMs = 1_000_000 * dayMs;
  await open();
});

afterEach(async () => {
  await database.close();
  directory.remove();
});

async function open(): Promise<void> {
  database = await Database.open(directory.path);
  await Catalog.load(database);
}

/** As after a restart of the server: nothing in memory but what `restore` reads. */
async function newJobs(): Promise<Jobs> {
  const jobs = new Jobs(clock, new JobRecords(database, limits));
  await jobs.restore();
  return jobs;
}

/** A job that changes something; the outcome of a repeated id. */
async function change(jobs: Jobs, jobId: string | undefined, requestId?: string): Promise<string> {
  const request = { project: "p", jobId, requestId, location: "EU", configuration: { jobType: "LOAD" } };
  try {
    const job = await jobs.start(request, async (record) => {
      await database.transaction("write", async (connection) => record(connection, { outputRows: 7 }));
      return { outcome: { outputRows: 7 }, columns: [], rows: [] };
    });
    await job.done;
    return "ran";
  } catch (error) {
    return String(error);
  }
}

it("an id that was used is refused an hour and a month later, by a server that was started again", async () => {
  expect(await change(await newJobs(), "once", "request")).toBe("ran");
  clock.nowMs += 60 * minuteMs;
  const jobs = await newJobs();
  expect(await change(jobs, "once")).toBe("BigQueryError: Already Exists: Job p:once");
  clock.nowMs += 30 * dayMs;
  expect(await change(jobs, "once")).toContain("Already Exists");
  const job = await jobs.job("p", "once");
  expect(job).toMatchObject({ location: "EU", outcome: { outputRows: 7 }, configuration: { jobType: "LOAD" } });
  expect(jobs.repeated("p", "request")).toBeUndefined();
});

it("an id of a job that failed, or that only read, is used as well", async () => {
  const first = await newJobs();
  const request = { project: "p", requestId: undefined, location: undefined, configuration: { jobType: "QUERY" } };
  const failed = await first.start({ ...request, jobId: "failed" }, async () => {
    throw new BigQueryError("invalid", "no such thing");
  });
  const read = await first.start({ ...request, jobId: "read" }, async () => ({
    outcome: { statementType: "SELECT" },
    columns: [],
    rows: [],
  }));
  await Promise.all([failed.done, read.done]);
  const jobs = await newJobs();
  expect(await change(jobs, "failed")).toContain("Already Exists");
  expect(await change(jobs, "read")).toContain("Already Exists");
  expect((await jobs.job("p", "failed")).error).toMatchObject({ reason: "invalid", message: "no such thing" });
  expect(await jobs.job("p", "read")).toMatchObject({ isResultGone: true, outcome: { statementType: "SELECT" } });
});

it("two requests with one id at the same moment run one job", async () => {
  const jobs = await newJobs();
  for (let pair = 0; pair < 20; pair += 1) {
    const outcomes = await Promise.all([change(jobs, `twice-${pair}`), change(jobs, `twice-${pair}`)]);
    expect(outcomes.filter((outcome) => outcome === "ran")).toHaveLength(1);
  }
});

it("the newest records are kept when there are too many, and none that is too old", async () => {
  const jobs = await newJobs();
  for (let made = 0; made < 80; made += 1) {
    clock.nowMs += 1;
    await change(jobs, `job-${made}`);
  }
  const later = await newJobs();
  expect(await database.read(async (connection) => (await connection.runAndReadAll(countSql)).getRows())).toEqual([
    [50n],
  ]);
  expect(await change(later, "job-30")).toContain("Already Exists");
  expect(await change(later, "job-29")).toBe("ran");
  clock.nowMs += 181 * dayMs;
  const muchLater = await newJobs();
  for (let made = 0; made < 10; made += 1) await change(muchLater, undefined);
  expect(await change(await newJobs(), "job-79")).toBe("ran");
});

const countSql = "SELECT count(*) FROM dedupscope_system.job_records";
