/** What kafkajs's consumer groups do with a broker. */
import type { Consumer } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KafkajsClient, POLL, REBALANCE, run } from "./kafkajs-client.ts";
import type { ConformanceTarget } from "./target.ts";

export function defineKafkajsCases(target: () => ConformanceTarget): void {
  let client: KafkajsClient;

  beforeAll(async () => {
    client = await KafkajsClient.connect(target());
  });

  afterAll(async () => {
    await client.disconnect();
  });

  it("k1: two members share four partitions, and the one that stays gets all", async () => {
    const topic = await client.createTopic("shared", 4);
    const groupId = `sharers-${run}`;
    const members = [
      client.kafka.consumer({ groupId, ...REBALANCE }),
      client.kafka.consumer({ groupId, ...REBALANCE }),
    ];
    const joined = members.map((member) => watchAssignment(member, topic));
    for (const member of members) {
      await member.connect();
      await member.subscribe({ topics: [topic] });
      await member.run({ eachMessage: () => Promise.resolve() });
    }
    await expect.poll(() => joined.map((assigned) => assigned().length), POLL).toEqual([2, 2]);
    await members[1]?.disconnect();
    await expect.poll(() => joined[0]?.(), POLL).toEqual([0, 1, 2, 3]);
    await members[0]?.disconnect();
  });

  it("k2: a group goes on where it has committed", async () => {
    const topic = await client.createTopic("continued");
    const groupId = `continuing-${run}`;
    await client.send(topic, ["a", "b"]);
    expect(await client.consume({ topic, groupId, count: 2 })).toEqual(["a", "b"]);
    await client.send(topic, ["c"]);
    expect(await client.consume({ topic, groupId, count: 1 })).toEqual(["c"]);
    const [committed] = await client.admin.fetchOffsets({ groupId, topics: [topic] });
    expect(committed?.partitions).toMatchObject([{ partition: 0, offset: "3" }]);
  });
}

/** The partitions of a topic that a member was assigned last. */
function watchAssignment(member: Consumer, topic: string): () => number[] {
  let assigned: number[] = [];
  member.on("consumer.group_join", ({ payload }) => {
    assigned = (payload.memberAssignment[topic] ?? []).toSorted((left, right) => left - right);
  });
  return () => assigned;
}
