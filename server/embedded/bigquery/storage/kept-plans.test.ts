import type { DuckDBMaterializedResult, DuckDBPreparedStatement } from "@duckdb/node-api";
import { beforeEach, expect, test } from "vitest";
import { KeptPlans, type PlanningConnection } from "./kept-plans.ts";

let calls: string[];
let moment: number | undefined;
/** Called while a kept plan runs. */
let meanwhile: () => void;
let connection: PlanningConnection;
let plans: KeptPlans;

const answer = (text: string): DuckDBMaterializedResult => ({ text }) as unknown as DuckDBMaterializedResult;

beforeEach(() => {
  calls = [];
  moment = 1;
  meanwhile = () => undefined;
  connection = {
    run: async (sql) => {
      calls.push(`run ${sql}`);
      return answer("in one");
    },
    prepare: async (sql) => {
      calls.push(`plan ${sql}`);
      const statement = {
        run: async () => {
          calls.push(`run plan of ${sql}`);
          meanwhile();
          return answer("planned");
        },
        destroySync: () => calls.push(`forget ${sql}`),
      };
      return statement as unknown as DuckDBPreparedStatement;
    },
  };
  plans = new KeptPlans(() => moment);
});

test("a statement that is asked again before anything is written is planned once", async () => {
  for (let turn = 0; turn < 4; turn += 1) await plans.run(connection, "a");
  expect(calls).toEqual(["run a", "plan a", "run plan of a", "run plan of a", "run plan of a"]);
});

test("a plan from before a write is not used after it", async () => {
  for (let turn = 0; turn < 2; turn += 1) await plans.run(connection, "a");
  moment = 2;
  calls = [];
  expect(await plans.run(connection, "a")).toEqual(answer("in one"));
  expect(calls).toEqual(["forget a", "run a"]);
});

test("while something is written every statement is planned and run in one", async () => {
  for (let turn = 0; turn < 2; turn += 1) await plans.run(connection, "a");
  moment = undefined;
  calls = [];
  for (let turn = 0; turn < 3; turn += 1) await plans.run(connection, "a");
  expect(calls).toEqual(["run a", "run a", "run a"]);
});

test("what a plan answered while a write began is asked again", async () => {
  for (let turn = 0; turn < 2; turn += 1) await plans.run(connection, "a");
  meanwhile = () => (moment = undefined);
  calls = [];
  expect(await plans.run(connection, "a")).toEqual(answer("in one"));
  expect(calls).toEqual(["run plan of a", "run a"]);
});

test("so many plans are kept, and the oldest is given back", async () => {
  for (let sql = 0; sql < 21; sql += 1) for (let turn = 0; turn < 2; turn += 1) await plans.run(connection, `${sql}`);
  expect(calls.filter((call) => call.startsWith("forget"))).toEqual(["forget 0"]);
});
