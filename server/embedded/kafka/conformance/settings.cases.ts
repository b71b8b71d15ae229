/** The settings of topics: which there are, what they may be, what stands behind them. */
import { ConfigResourceTypes } from "kafkajs";
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ErrorCode } from "../protocol/error-codes.ts";
import { Writer } from "../protocol/writer.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { errorTypesOf, KafkajsClient, POLL, run } from "./kafkajs-client.ts";
import type { ConformanceTarget } from "./target.ts";
import { TOPIC_SETTINGS } from "./topic-settings.ts";

/** DescribeConfigsResponse.ConfigSource: set for the topic itself. */
const TOPIC_SOURCE = 1;

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

export function defineSettingsCases(target: () => ConformanceTarget): void {
  let client: KafkajsClient;
  let admin: Admin;

  beforeAll(async () => {
    client = await KafkajsClient.connect(target());
    admin = client.admin;
  });

  afterAll(async () => {
    await client.disconnect();
  });

  it("a1: takes every setting that a topic may have, and no value that makes no sense", async () => {
    const answers = async (values: typeof GOOD_VALUES | typeof BAD_VALUES): Promise<unknown[]> =>
      await Promise.all(values.map(async (value) => [value, await validate(admin, [value])]));
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
}

/** What each single change is answered, and what a topic's cleanup policy is after them. */
export function defineSingleSettingCases(target: () => ConformanceTarget): void {
  let client: KafkajsClient;

  beforeAll(async () => {
    client = await KafkajsClient.connect(target());
  });

  afterAll(async () => {
    await client.disconnect();
  });

  it("a9: changes single settings, appends to lists, and leaves what it is not asked about", async () => {
    const topic = await client.createTopic("single");
    const connection = await RawConnection.open(target());
    const change = (...changes: Change[]): Promise<number> => alterOne(connection, topic, changes);
    expect(await change(["retention.ms", 0, "5000"], ["cleanup.policy", 2, "compact"])).toBe(ErrorCode.NONE);
    expect(await change(["cleanup.policy", 3, "delete"], ["flush.ms", 0, "7"])).toBe(ErrorCode.NONE);
    expect(await change(["flush.ms", 1, null])).toBe(ErrorCode.NONE);
    expect(await change(["retention.ms", 0, "x"])).toBe(ErrorCode.INVALID_CONFIG);
    expect(await change(["retention.ms", 2, "1"])).toBe(ErrorCode.INVALID_CONFIG);
    expect(await change(["retention.ms", 0, null])).toBe(ErrorCode.INVALID_REQUEST);
    expect(await change(["no.such.setting", 0, "1"])).toBe(ErrorCode.INVALID_CONFIG);
    const own = async (): Promise<unknown> => {
      const described = await describeTopic(client.admin, topic);
      const set = described.filter(({ configSynonyms }) => Number(configSynonyms[0]?.configSource) === TOPIC_SOURCE);
      return set.map(({ configName, configValue }) => `${configName}=${configValue}`).toSorted();
    };
    await expect.poll(own, POLL).toEqual(["cleanup.policy=compact", "retention.ms=5000"]);
    expect(await alterOne(connection, `nowhere-${run}`, [])).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    await connection.close();
  });
}

/** Setting, operation (0 set, 1 delete, 2 append, 3 subtract), value. */
type Change = readonly [string, number, string | null];

/** IncrementalAlterConfigs version 0, which kafkajs does not know; resolves with the error code. */
async function alterOne(connection: RawConnection, topic: string, changes: readonly Change[]): Promise<number> {
  const writer = new Writer().int32(1).int8(ConfigResourceTypes.TOPIC).string(topic);
  writer.array(changes, ([name, operation, value]) => writer.string(name).int8(operation).nullableString(value));
  const answer = await connection.request({ key: 44, version: 0, body: writer.boolean(false).toBuffer() });
  answer.int32();
  const [error] = answer.array((reader) => reader.int16());
  return error ?? -1;
}

async function validate(admin: Admin, configs: readonly (readonly [string, string])[]): Promise<unknown> {
  const configEntries = configs.map(([name, value]) => ({ name, value }));
  const topics = [{ topic: `settings-${run}`, configEntries }];
  return await admin.createTopics({ validateOnly: true, waitForLeaders: false, topics }).then(
    () => "possible",
    (error: unknown) => errorTypesOf(error),
  );
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
