import { expect, it } from "vitest";
import { temporaryDirectory } from "../testing/server-process.ts";
import { Catalog, systemTable } from "./catalog.ts";
import { Database, readRows } from "./database.ts";
import { Jobs } from "./jobs.ts";

const minuteMs = 60_000;

it("records of changes are kept for 15 minutes and then removed, while the server runs", async () => {
  const directory = temporaryDirectory();
  const database = await Database.open(directory.path);
  await Catalog.load(database);
  const clock = { nowMs: 0, now: (): number => clock.nowMs };
  const jobs = new Jobs(clock);
  const change = (count: number): Promise<void> =>
    database.transaction("write", async (connection) => {
      for (let made = 0; made < count; made += 1) {
        const request = {
          project: "p",
          jobId: undefined,
          requestId: undefined,
          location: undefined,
          configuration: {},
        };
        const job = jobs.start(request, async (record) => {
          await record(connection, {});
          return { outcome: {}, columns: [], rows: [] };
        });
        await job.done;
      }
    });
  const recorded = (): Promise<unknown[][]> =>
    database.use("read", async (connection) =>
      readRows(connection, `SELECT count(*) FROM ${systemTable("finished_jobs")}`),
    );
  try {
    await change(600);
    clock.nowMs = 10 * minuteMs;
    await change(399);
    expect(await recorded()).toEqual([[999n]]);
    clock.nowMs = 16 * minuteMs;
    await change(1);
    expect(await recorded()).toEqual([[400n]]);
  } finally {
    await database.close();
    directory.remove();
  }
});

it("a load is known by its id for 15 minutes, whatever runs after it, and after a restart", async () => {
  const directory = temporaryDirectory();
  const clock = { nowMs: 0, now: (): number => clock.nowMs };
  const configuration = { jobType: "LOAD", load: { sourceFormat: "CSV" } };
  const request = { project: "p", jobId: "l", requestId: undefined, location: undefined, configuration };
  const outcome = { outputRows: 3, badRecords: 0, errors: [] };
  const open = async () => {
    const database = await Database.open(directory.path);
    await Catalog.load(database);
    return { database, jobs: new Jobs(clock) };
  };
  const { database, jobs } = await open();
  await database.transaction("write", async (connection) => {
    const load = jobs.start(request, async (record) => {
      await record(connection, outcome);
      return { outcome, columns: [], rows: [] };
    });
    await load.done;
  });
  const query = { ...request, jobId: undefined, configuration: { jobType: "QUERY", query: {} } };
  const queries = Array.from({ length: 1_500 }, () =>
    jobs.start(query, () => Promise.resolve({ outcome: {}, columns: [], rows: [] })),
  );
  await Promise.all(queries.map(({ done }) => done));
  expect(jobs.find("p", "l")?.outcome).toEqual(outcome);
  await database.close();
  const again = await open();
  await again.jobs.restore(again.database);
  expect(again.jobs.find("p", "l")).toMatchObject({ outcome, configuration });
  await again.database.close();
  directory.remove();
});
