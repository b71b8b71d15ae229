import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runKafkaTool, startApacheKafka, type ApacheKafka } from "../../embedded/kafka/testing/apache-kafka.ts";
import { readerBehaviours } from "./testing/reader-behaviours.ts";
import { ReaderRig } from "./testing/reader-rig.ts";

const directory = mkdtempSync(join(tmpdir(), "reader-kafka-"));
let kafka: ApacheKafka;
let rig: ReaderRig;
beforeAll(async () => {
  // Whoever has no entry in a list may do everything; a list that is there is the whole truth.
  const properties = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
  };
  kafka = await startApacheKafka({ directory, properties });
});
afterAll(async () => {
  await kafka.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  rig = new ReaderRig(`${kafka.host}:${kafka.port}`);
});
afterEach(() => rig.close());

describe("against Apache Kafka", () => {
  test.each(readerBehaviours)("%s", async (_name, check) => {
    await expect(check(rig)).resolves.toBeUndefined();
  });

  test.each(["gzip", "snappy", "lz4", "zstd"])("what the broker has compressed with %s is read", async (codec) => {
    await rig.createTopic({ configEntries: [{ name: "compression.type", value: codec }] });
    // More than a block of each codec, with much to repeat and with nothing.
    const values = Array.from({ length: 400 }, (_, index) =>
      index % 4 === 0
        ? randomBytes(300).toString("latin1")
        : JSON.stringify({ index, note: "repeated ".repeat(index % 50) }),
    );
    await rig.send(values.slice(0, 390));
    await rig.send(values.slice(390));
    await rig.read();
    await rig.untilSeen(400);
    expect(rig.seen.map(({ value }) => value)).toEqual(values);
  });

  test.each([
    ["which it may only describe", AclOperationTypes.DESCRIBE],
    ["of which it may not even know", AclOperationTypes.CREATE],
  ] as const)("a topic %s is refused with what is missing", async (_what, operation) => {
    await rig.createTopic();
    await rig.send(["a"]);
    await rig.admin.createAcls({
      acl: [
        {
          resourceType: AclResourceTypes.TOPIC,
          resourceName: rig.topic,
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: "User:ANONYMOUS",
          host: "*",
          operation,
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    });
    const failed = rig.read().then(
      () => rig.failed(),
      (error: Error) => error,
    );
    expect((await failed).message).toBe(
      `${rig.topic}: this consumer may not read the topic: allow it READ and DESCRIBE there`,
    );
  });

  test("a broker that is killed and comes back is read on where reading stood", async () => {
    await rig.createTopic();
    await rig.send(["a"]);
    await rig.read();
    await rig.untilSeen(1);
    await kafka.stop("SIGKILL");
    await kafka.start();
    await rig.send(["b"]);
    // Once it is back, the record before is found again and reading goes on.
    expect(await rig.untilSeen(2)).toMatchObject([{ value: "a" }, { value: "b" }]);
  });

  test("kafka-consumer-groups shows the lag", async () => {
    await rig.createTopic();
    await rig.send(["a", "b", "c"]);
    await rig.read();
    await rig.untilSeen(3);
    await rig.cluster.commitOffsets(`lag-${rig.topic}`, rig.topic, { 0: 1 });
    const { stdout } = await runKafkaTool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", [
      "--bootstrap-server",
      `${kafka.host}:${kafka.port}`,
      "--describe",
      "--group",
      `lag-${rig.topic}`,
    ]);
    // Group, topic, partition, current offset, log end offset, lag.
    expect(stdout).toMatch(new RegExp(`lag-${rig.topic}\\s+${rig.topic}\\s+0\\s+1\\s+3\\s+2\\s`));
  });
});
