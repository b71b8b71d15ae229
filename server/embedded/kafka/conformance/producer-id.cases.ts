import { expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { describeProducers, initProducerId } from "../testing/raw-requests.ts";
import { FreshTopic } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const RESTART_MS_MAX = 200_000;
/** Apache Kafka hands producer ids to brokers in blocks; a restart abandons the rest of one. */
const BLOCK_SIZE = 1_000;

export function defineProducerIdCases(target: () => ConformanceTarget): void {
  it("1: gives each InitProducerId without a transactional id its own producer id, at epoch 0", async () => {
    const connection = await RawConnection.open(target());
    const [first, second] = [await initProducerId(connection), await initProducerId(connection)];
    expect([first.error, first.epoch, second.error, second.epoch]).toEqual([0, 0, 0, 0]);
    expect(first.producerId).not.toBe(second.producerId);
    await connection.close();
  });

  it("2: refuses an empty transactional id", async () => {
    const connection = await RawConnection.open(target());
    expect((await initProducerId(connection, "")).error).toBe(ErrorCode.INVALID_REQUEST);
    await connection.close();
  });

  it.each(["clean", "kill"] as const)(
    "1a: begins a new block of producer ids after a %s restart",
    { timeout: RESTART_MS_MAX },
    async (how) => {
      const topic = await FreshTopic.create(target());
      await topic.restartBroker(how);
      const { producerId } = await initProducerId(topic.connection);
      expect(Math.floor(producerId / BLOCK_SIZE)).toBeGreaterThan(Math.floor(topic.producerId / BLOCK_SIZE));
    },
  );

  it("1b: says by DescribeProducers what it remembers of a producer", async () => {
    const topic = await FreshTopic.create(target());
    const timestamp = Date.now() - 5_000;
    await topic.send({ base: 0, count: 3, timestamp });
    await topic.send({ base: 3, count: 2, timestamp: timestamp + 7 });
    const expected = { producerId: topic.producerId, epoch: 0, lastSequence: 4, lastTimestamp: timestamp + 7 };
    expect(await describeProducers(topic.connection, { topic: topic.name })).toEqual([expected]);
  });
}
