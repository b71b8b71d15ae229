/** What kafkajs's transactions do with a broker. */
import { KafkaJSProtocolError } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KafkajsClient, POLL, run } from "./kafkajs-client.ts";
import type { ConformanceTarget } from "./target.ts";

const ATTEMPTS_MAX = 100;
const PAUSE_MS = 50;

export function defineTransactionCases(target: () => ConformanceTarget): void {
  let client: KafkajsClient;

  beforeAll(async () => {
    client = await KafkajsClient.connect(target());
  });

  afterAll(async () => {
    await client.disconnect();
  });

  it("k3: readers see a transaction when it is committed, and never one that is aborted", async () => {
    const topic = await client.createTopic("transacted");
    const producer = client.kafka.producer({ transactionalId: `writer-${run}`, maxInFlightRequests: 1 });
    await producer.connect();
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ value: "aborted", partition: 0 }] });
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ topic, messages: [{ value: "committed", partition: 0 }] });
    await committed.commit();
    await producer.disconnect();
    await client.send(topic, ["after"]);
    expect(await client.consume({ topic, groupId: `committed-${run}`, count: 2 })).toEqual(["committed", "after"]);
    const everything = { topic, groupId: `all-${run}`, count: 3, readUncommitted: true };
    expect(await client.consume(everything)).toEqual(["aborted", "committed", "after"]);
    expect(await client.admin.fetchTopicOffsets(topic)).toMatchObject([{ high: "5" }]);
  });

  it("k4: offsets sent in a transaction are committed with it, and forgotten with it", async () => {
    const topic = await client.createTopic("offsets");
    await client.send(topic, ["a", "b", "c"]);
    const producer = client.kafka.producer({ transactionalId: `committer-${run}`, maxInFlightRequests: 1 });
    await producer.connect();
    const consumerGroupId = `transacted-${run}`;
    for (const [offset, end] of [
      ["1", "commit"],
      ["2", "abort"],
    ] as const) {
      const transaction = await producer.transaction();
      const topics = [{ topic, partitions: [{ partition: 0, offset }] }];
      await whenPossible(() => transaction.sendOffsets({ consumerGroupId, topics }));
      await transaction[end]();
    }
    await producer.disconnect();
    const fetch = async (): Promise<string | undefined> => {
      const [group] = await client.admin.fetchOffsets({ groupId: consumerGroupId, topics: [topic] });
      return group?.partitions[0]?.offset;
    };
    await expect.poll(fetch, POLL).toBe("1");
  });

  it("k5: a second producer with one transactional id fences the first", async () => {
    const topic = await client.createTopic("fenced");
    const configuration = { transactionalId: `fenced-${run}`, maxInFlightRequests: 1, retry: { retries: 0 } };
    const [first, second] = [client.kafka.producer(configuration), client.kafka.producer(configuration)];
    await first.connect();
    const transaction = await first.transaction();
    await transaction.send({ topic, messages: [{ value: "fenced", partition: 0 }] });
    await second.connect();
    const other = await second.transaction();
    await expect(transaction.send({ topic, messages: [{ value: "late", partition: 0 }] })).rejects.toThrow(
      /epoch|fenced/i,
    );
    await other.abort();
    await first.disconnect();
    await second.disconnect();
  });
}

/** Apache Kafka may still be writing the markers of the transaction before; kafkajs does not wait for that by itself. */
async function whenPossible(act: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await act();
      return;
    } catch (error) {
      const isConcurrent = error instanceof KafkaJSProtocolError && error.type === "CONCURRENT_TRANSACTIONS";
      if (!isConcurrent || attempt >= ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
