import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Definition, viewNames } from "./definitions.ts";
import { addAwkwardFacts, viewAnswers } from "./testing/awkward-facts.ts";
import { type EmbeddedWarehouse, startEmbedded } from "./testing/embedded.ts";
import { mutations } from "./testing/mutations.ts";
import { createTestLane, type TestLane } from "./testing/test-lane.ts";

let server: EmbeddedWarehouse;
let lane: TestLane;
let dataset: string;
let answers: string;
beforeAll(async () => {
  server = await startEmbedded();
  const fresh = server.dataset();
  ({ dataset } = fresh);
  lane = await createTestLane(fresh.gateway, fresh.definitions, dataset);
  await addAwkwardFacts(lane);
  answers = await viewAnswers(lane, lane.definitions.views);
});
afterAll(() => server.stop());

function viewOf(name: string): Definition {
  const found = lane.definitions.views.find((view) => view.name === name);
  if (found === undefined) throw new Error(`expected a view ${name}`);
  return found;
}

afterEach(async () => {
  for (const view of lane.definitions.views) await lane.gateway.query(view);
});

test("the awkward facts come to what pencil and paper say", async () => {
  const rows = await lane.sql(
    `SELECT currency, SUM(intended) AS intended, SUM(booked) AS booked, SUM(surplus) AS surplus,
       SUM(unexpected) AS unexpected, SUM(mismatched) AS mismatched, SUM(late_payments) AS late,
       SUM(dead_lettered_payments) AS dead, SUM(missing) AS missing, SUM(pending) AS pending
     FROM {dataset}.reconciliation GROUP BY currency ORDER BY currency`,
  );
  const none = { late: 0, dead: 0, missing: 0, pending: 0, mismatched: 0, unexpected: 0, surplus: 0 };
  expect(rows).toEqual([
    { ...none, currency: "EUR", intended: 2, booked: 6, surplus: 3, unexpected: 2, pending: 1 },
    { ...none, currency: "JPY", intended: 2, booked: 1, mismatched: 1, late: 1 },
    {
      ...none,
      currency: "USD",
      intended: 10,
      booked: 14,
      surplus: 5,
      unexpected: 2,
      mismatched: 1,
      dead: 1,
      missing: 2,
    },
  ]);
});

test("the views are broken in at least ten ways each", () => {
  for (const name of viewNames)
    expect(mutations.filter((mutation) => mutation.view === name).length).toBeGreaterThanOrEqual(10);
});

test.each(mutations.map((mutation) => [mutation.view, mutation.from, mutation.to] as const))(
  "%s with «%s» replaced by «%s» is noticed",
  async (name, from, to) => {
    const view = viewOf(name);
    const [before, after, ...more] = view.text.split(from.replaceAll("{dataset}", dataset));
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`expected "${from}" once in the view ${name}`);
    await lane.gateway.query({ ...view, text: before + to.replaceAll("{dataset}", dataset) + after });
    expect(await viewAnswers(lane, lane.definitions.views)).not.toBe(answers);
  },
);
