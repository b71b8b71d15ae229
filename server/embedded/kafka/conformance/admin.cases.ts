/** What administrators may ask for, and what Apache Kafka says to requests that make no sense. */
import { ResourcePatternTypes } from "kafkajs";
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { Writer } from "../protocol/writer.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { errorTypesOf, KafkajsClient, run } from "./kafkajs-client.ts";
import type { ConformanceTarget } from "./target.ts";

const TOPIC = 2;
const LITERAL = ResourcePatternTypes.LITERAL;

export function defineAdminCases(target: () => ConformanceTarget): void {
  let client: KafkajsClient;
  let admin: Admin;

  beforeAll(async () => {
    client = await KafkajsClient.connect(target());
    admin = client.admin;
  });

  afterAll(async () => {
    await client.disconnect();
  });

  it("a4: refuses a topic whose name differs from another's in '.' and '_' only", async () => {
    await client.createTopic("dotted.name");
    const topics = [{ topic: `dotted_name-${run}` }];
    await expect(admin.createTopics({ topics }).catch(errorTypesOf)).resolves.toEqual(["INVALID_TOPIC_EXCEPTION"]);
  });

  it("a5: refuses a name that one request says twice, once", async () => {
    const topic = await client.createTopic("twice");
    await expect(admin.deleteTopics({ topics: [topic, topic] })).rejects.toMatchObject({ type: "INVALID_REQUEST" });
    expect(await createTwice(target(), `new-${run}`)).toEqual([[`new-${run}`, ErrorCode.INVALID_REQUEST, false]]);
  });

  it("a6: moves no partition to brokers that do not exist, and lists nothing as moving", async () => {
    const topic = await client.createTopic("moved");
    const move = (name: string, replicas: number[]): Promise<unknown> => movePartition(admin, name, replicas);
    expect(await move(topic, [0])).toBe("moved");
    expect(await move(topic, [5, 1])).toEqual(["INVALID_REPLICA_ASSIGNMENT"]);
    expect(await move(topic, [0, 0])).toEqual(["INVALID_REPLICA_ASSIGNMENT"]);
    expect(await move(`nowhere-${run}`, [0])).toEqual(["UNKNOWN_TOPIC_OR_PARTITION"]);
    const listed = await admin.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] });
    expect(listed).toMatchObject({ topics: [] });
  });

  it("a7: has no access control, and says so", async () => {
    const anyone = { principal: "User:anyone", host: "*", operation: 2, permissionType: 3 };
    const acl = { resourceType: TOPIC, resourceName: "x", resourcePatternType: LITERAL, ...anyone };
    const disabled = { type: "SECURITY_DISABLED" };
    await expect(admin.createAcls({ acl: [acl] })).rejects.toMatchObject(disabled);
    await expect(admin.describeAcls(acl)).rejects.toMatchObject(disabled);
    await expect(admin.deleteAcls({ filters: [acl] })).rejects.toMatchObject(disabled);
  });

  it("a8: shows protocol and assignments of a stable group only", async () => {
    const topic = await client.createTopic("grouped");
    await client.send(topic, ["a"]);
    const groupId = `shown-${run}`;
    await client.consume({ topic, groupId, count: 1 });
    const { groups } = await admin.describeGroups([groupId, `unheard-of-${run}`]);
    expect(groups).toMatchObject([
      { state: "Empty", protocolType: "consumer", protocol: "", members: [] },
      { state: "Dead", protocolType: "", protocol: "", members: [] },
    ]);
  });
}

async function movePartition(admin: Admin, topic: string, replicas: number[]): Promise<unknown> {
  const topics = [{ topic, partitionAssignment: [{ partition: 0, replicas }] }];
  return await admin.alterPartitionReassignments({ topics }).then(
    () => "moved",
    (error: unknown) => errorTypesOf(error),
  );
}

/** Names a new topic twice in one request, which kafkajs would not; per answer: name, error, whether there is no message. */
async function createTwice(target: ConformanceTarget, topic: string): Promise<unknown[]> {
  const connection = await RawConnection.open(target);
  const writer = new Writer();
  writer.array([1, 2], () => {
    writer.string(topic).int32(1).int16(1).int32(0).int32(0);
  });
  const body = writer.int32(5_000).boolean(false).toBuffer();
  const answer = await connection.request({ key: 19, version: 4, body });
  answer.int32();
  const answers = answer.array((reader) => [reader.string(), reader.int16(), reader.nullableString() === null]);
  await connection.close();
  return answers;
}
