import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { paymentRecord } from "./testing/payments.ts";
import { LaneWorld, type Lane } from "./testing/lane-fixture.ts";

let world: LaneWorld;
let lane: Lane;

beforeAll(async () => {
  world = await LaneWorld.start();
});
afterEach(() => lane.close());
afterAll(() => world.stop());

const startMs = Date.now() - 30_000;

/** Payments `from` to `to`, spread over three partitions, every tenth stored twice. */
async function produce(from: number, to: number): Promise<void> {
  for (let partition = 0; partition < 3; partition++) {
    const values: string[] = [];
    for (let sequence = from; sequence < to; sequence++) {
      if (sequence % 3 !== partition) continue;
      const value = JSON.stringify(paymentRecord(sequence, startMs));
      values.push(value, ...(sequence % 10 === 0 ? [value] : []));
    }
    await lane.producer.send(partition, values);
  }
}

/** Equations 4 and 5, and that every payment is there under exactly one position. */
function expectExact(payments: number): void {
  const reading = lane.reader.read();
  const totals = reading?.totals;
  const raw = lane.warehouse.rows("payments_raw");
  const positions = new Set(raw.map((row) => `${String(row["partition_no"])}-${String(row["offset_no"])}`));
  expect(totals?.read.count).toBe(
    (totals?.kept.count ?? 0) +
      (totals?.duplicates.count ?? 0) +
      (totals?.late.count ?? 0) +
      (totals?.deadLettered.count ?? 0),
  );
  expect(totals?.kept.count).toBe(payments);
  expect(positions.size).toBe(payments);
  expect(new Set(raw.map((row) => row["transaction_id"])).size).toBe(payments);
  const sink = lane.reader.sink();
  expect(raw.length).toBeLessThanOrEqual(sink.insertAttempts - sink.insertFailures - sink.rejected);
}

test("payments go through broker, consumer and warehouse, each once, the copies to the audit", async () => {
  lane = await world.lane();
  await produce(0, 300);
  const consumer = lane.consume();
  await consumer.message("ready");
  await produce(300, 600);
  await lane.caughtUp(consumer);
  expectExact(600);
  expect(lane.reader.read()?.totals?.duplicates.count).toBe(60);
  const decisions = lane.warehouse.rows("dedup_decisions");
  expect(decisions).toHaveLength(60);
  expect(decisions[0]).toMatchObject({ layer: "consumer", first_seen: expect.stringMatching(/-0-\d+$/) as unknown });
  expect(lane.warehouse.rows("payments_raw")[0]).toMatchObject({ send_id: expect.stringMatching(/^send-/) as unknown });
  expect(lane.reader.countDuplicatesIn({ partition: 0, fromOffset: 0, toOffset: 10_000 })).toBe(20);
  expect(await consumer.kill("SIGTERM")).toBe(0);
});
