/** What administrators may ask for, and what Apache Kafka says to requests that make no sense. */
import { ConfigResourceTypes, ResourcePatternTypes } from "kafkajs";
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { Writer } from "../protocol/writer.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { KafkajsClient, POLL, run } from "./kafkajs-client.ts";
import type { ConformanceTarget } from "./target.ts";
import { TOPIC_SETTINGS } from "./topic-settings.ts";

const TOPIC = 2;
const LITERAL = ResourcePatternTypes.LITERAL;

const BAD_VALUES = [
  ["flush.ms", "-1"],
  ["segment.bytes", "14"],
  ["segment.ms", "0"],
  ["segment.index.bytes", "1"],
  ["index.interval.bytes", "-5"],
  ["file.delete.delay.ms", "x"],
  ["unclean.leader.election.enable", "maybe"],
  ["min.cleanable.dirty.ratio", "2"],
  ["min.insync.replicas", "0"],
  ["compression.type", "foo"],
  ["cleanup.policy", "nope"],
  ["retention.ms", "-2"],
  ["max.message.bytes", "-1"],
  ["no.such.setting", "1"],
] as const;

const GOOD_VALUES = [
  ["compression.type", "gzip"],
  ["cleanup.policy", "compact,delete"],
  ["cleanup.policy", ""],
  ["leader.replication.throttled.replicas", "*"],
  ["follower.replication.throttled.replicas", ""],
  ["remote.storage.enable", "false"],
  ["local.retention.ms", "-2"],
  ["flush.messages", "9223372036854775807"],
] as const;

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

  async function validate(topic: string, configs: readonly (readonly [string, string])[]): Promise<unknown> {
    const configEntries = configs.map(([name, value]) => ({ name, value }));
    return await admin
      .createTopics({ validateOnly: true, waitForLeaders: false, topics: [{ topic, configEntries }] })
      .then(
        () => "possible",
        (error: unknown) => typesOf(error),
      );
  }

  it("a1: takes every setting that a topic may have, and no value that makes no sense", async () => {
    const answers = async (values: typeof GOOD_VALUES | typeof BAD_VALUES): Promise<unknown[]> =>
      await Promise.all(values.map(async (value) => [value, await validate(`settings-${run}`, [value])]));
    expect(await answers(GOOD_VALUES)).toEqual(GOOD_VALUES.map((value) => [value, "possible"]));
    expect(await answers(BAD_VALUES)).toEqual(BAD_VALUES.map((value) => [value, ["INVALID_CONFIG"]]));
  });

  it("a2: describes all settings of a topic, with what stands behind them", async () => {
    const topic = await client.createTopic("described");
    const described = await describeTopic(admin, topic);
    const own = Object.keys(TOPIC_SETTINGS);
    expect(described.map(({ configName }) => configName).toSorted()).toEqual(own.toSorted());
    const differing = described.filter(({ configName, configValue }) => {
      const expected = TOPIC_SETTINGS[configName];
      return expected !== null && expected !== configValue;
    });
    expect(differing).toEqual([]);
    await alter(admin, topic, [{ name: "cleanup.policy", value: "compact" }]);
    const policy = async (): Promise<unknown> => (await describeTopic(admin, topic, ["cleanup.policy"]))[0];
    await expect.poll(policy, POLL).toMatchObject({
      configValue: "compact",
      isDefault: false,
      readOnly: false,
      configSynonyms: [
        { configName: "cleanup.policy", configValue: "compact", configSource: 1 },
        { configName: "log.cleanup.policy", configValue: "delete", configSource: 5 },
      ],
    });
  });

  it("a3: does not delete records of a topic that is compacted", async () => {
    const topic = await client.createTopic("compacted");
    await alter(admin, topic, [{ name: "cleanup.policy", value: "compact" }]);
    const connection = await RawConnection.open(target());
    const body = new Writer().int32(1).string(topic).int32(1).int32(0).int64(-1).int32(5_000).toBuffer();
    const remove = async (): Promise<unknown> => {
      const answer = await connection.request({ key: 21, version: 1, body });
      answer.int32();
      return answer.array((reader) => [
        reader.string(),
        reader.array((inner) => [inner.int32(), inner.int64(), inner.int16()]),
      ]);
    };
    await expect.poll(remove, POLL).toEqual([[topic, [[0, -1, ErrorCode.POLICY_VIOLATION]]]]);
    await connection.close();
  });

  it("a4: refuses a topic whose name differs from another's in '.' and '_' only", async () => {
    await client.createTopic("dotted.name");
    const topics = [{ topic: `dotted_name-${run}` }];
    await expect(admin.createTopics({ topics }).catch(typesOf)).resolves.toEqual(["INVALID_TOPIC_EXCEPTION"]);
  });

  it("a5: refuses a name that one request says twice, once", async () => {
    const topic = await client.createTopic("twice");
    await expect(admin.deleteTopics({ topics: [topic, topic] })).rejects.toMatchObject({ type: "INVALID_REQUEST" });
    const wish = { topic, count: 3 };
    await expect(admin.createPartitions({ topicPartitions: [wish, wish] })).rejects.toThrow();
    const connection = await RawConnection.open(target());
    const writer = new Writer();
    writer.array([1, 2], () => {
      writer.string(`new-${run}`).int32(1).int16(1).int32(0).int32(0);
    });
    const body = writer.int32(5_000).boolean(false).toBuffer();
    const answer = await connection.request({ key: 19, version: 4, body });
    answer.int32();
    const answers = answer.array((reader) => [reader.string(), reader.int16(), reader.nullableString() === null]);
    expect(answers).toEqual([[`new-${run}`, ErrorCode.INVALID_REQUEST, false]]);
    await connection.close();
  });

  it("a6: moves no partition to brokers that do not exist, and lists nothing as moving", async () => {
    const topic = await client.createTopic("moved");
    const move = async (name: string, replicas: number[]): Promise<unknown> =>
      await admin
        .alterPartitionReassignments({ topics: [{ topic: name, partitionAssignment: [{ partition: 0, replicas }] }] })
        .then(() => "moved", typesOf);
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

async function describeTopic(admin: Admin, name: string, configNames?: string[]): Promise<ConfigEntry[]> {
  const resource = { type: ConfigResourceTypes.TOPIC, name, ...(configNames === undefined ? {} : { configNames }) };
  const { resources } = await admin.describeConfigs({ includeSynonyms: true, resources: [resource] });
  return resources[0]?.configEntries ?? [];
}

type ConfigEntry = Awaited<ReturnType<Admin["describeConfigs"]>>["resources"][number]["configEntries"][number];

async function alter(admin: Admin, name: string, configEntries: { name: string; value: string }[]): Promise<void> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
}

/** The names of the protocol's errors that a kafkajs error of one or several parts carries. */
function typesOf(error: unknown): unknown[] {
  if (typeof error !== "object" || error === null) return [error];
  if ("errors" in error && Array.isArray(error.errors)) return error.errors.flatMap(typesOf);
  return ["type" in error ? error.type : String(error)];
}
