import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runNames } from "#server/shared/connections.ts";
import { createBigQuery } from "#server/shared/warehouse-client.ts";
import { readDefinitions } from "../warehouse/definitions.ts";
import { createGateway } from "../warehouse/gateway.ts";
import { prepareDataset } from "../warehouse/prepare.ts";
import { startEmbedded, type EmbeddedWarehouse } from "../warehouse/testing/embedded.ts";
import { LaneWorld } from "./testing/lane-fixture.ts";
import { paymentRecord } from "./testing/payments.ts";

let world: LaneWorld;
let warehouse: EmbeddedWarehouse;

beforeAll(async () => {
  [world, warehouse] = await Promise.all([LaneWorld.start(), startEmbedded()]);
});
afterAll(() => Promise.all([world.stop(), warehouse.stop()]));

test("rows of all four tables fit the tables of layer 4, through a SIGKILL in the middle of the sink", async () => {
  const lane = await world.lane({ warehouse: warehouse.connection, watermarkDelayMs: 5_000 });
  const { dataset } = runNames(lane.settings.runId, "protected");
  const client = createBigQuery(warehouse.connection);
  const logger = pino({ level: "silent" });
  const gateway = createGateway({ client, dataset, location: "EU", logger, deadlineMs: 20_000 });
  await prepareDataset(gateway, readDefinitions(dataset), { logger, nowMs: Date.now, deadlineMs: 20_000 });

  const startMs = Date.now() - 60_000;
  const value = (sequence: number) => JSON.stringify(paymentRecord(sequence, startMs));
  await lane.producer.send(0, [value(20_000), value(20_001), value(20_000), "{", value(20_002)]);
  const first = lane.consume();
  first.send({ type: "arm-crash", faultId: 1, point: "mid-sink" });
  await first.message("crash-point-reached");
  await first.kill();
  const second = lane.consume();
  await lane.caughtUp(second);
  await second.message("committed", ({ progress }) => progress.numInputRows === 0);
  await lane.producer.send(1, [value(1)]);
  await lane.caughtUp(second);

  const count = async (table: string) => {
    const [rows] = await client.query(`SELECT COUNT(*) AS n FROM ${dataset}.${table}`);
    return Number((rows as { n: unknown }[])[0]?.n);
  };
  const counts = await Promise.all(["payments_raw", "dedup_decisions", "dead_letters", "late_payments"].map(count));
  expect(counts).toEqual([3, 1, 1, 1]);
  expect(lane.reader.sink()).toMatchObject({ insertAttempts: 5, insertFailures: 0, rejected: 0, unanswered: 0 });
  expect(second.messages.filter(({ type }) => type === "alarm")).toEqual([]);
  await lane.close();
});
