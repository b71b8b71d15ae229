import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startApacheKafka, type ApacheKafka } from "../../embedded/kafka/testing/apache-kafka.ts";
import { makeBrokerSecurity, type BrokerSecurity } from "../../embedded/kafka/testing/broker-security.ts";
import { ensureCommand } from "../../embedded/kafka/testing/run-command.ts";
import { ReaderRig } from "./testing/reader-rig.ts";

const trustedBefore = getCACertificates("default");
const directory = mkdtempSync(join(tmpdir(), "reader-cluster-"));
let security: BrokerSecurity;
/** Broker and controller; the other one is a broker only, which may die without taking the cluster with it. */
let first: ApacheKafka;
let second: ApacheKafka;
let rig: ReaderRig;

beforeAll(async () => {
  await ensureCommand("keytool", "openjdk-17-jre-headless");
  security = await makeBrokerSecurity(directory);
  setDefaultCACertificates([...trustedBefore, security.certificate]);
  // A dead broker is noticed, and its partitions get other leaders, after two seconds instead of nine.
  const properties = { "broker.session.timeout.ms": 2_000, "broker.heartbeat.interval.ms": 500 };
  first = await startApacheKafka({ directory: join(directory, "first"), properties, security });
  second = await startApacheKafka({ directory: join(directory, "second"), properties, security, joins: first });
});
afterAll(async () => {
  setDefaultCACertificates(trustedBefore);
  await second.stop();
  await first.stop();
  rmSync(directory, { recursive: true, force: true });
});

function rigAs(password: string): ReaderRig {
  return new ReaderRig(`${first.host}:${first.port}`, {
    brokers: [`${first.host}:${first.securePort}`],
    ssl: true,
    sasl: { mechanism: "scram-sha-512", username: security.username, password },
  });
}

beforeEach(() => {
  rig = rigAs(security.password);
});
afterEach(() => rig.close());

/** A topic of partitions whose replicas are on these nodes, the leader first. */
async function createTopic(...replicas: readonly (readonly number[])[]): Promise<void> {
  await rig.createTopic({
    numPartitions: -1,
    replicationFactor: -1,
    replicaAssignment: replicas.map((nodes, partition) => ({ partition, replicas: [...nodes] })),
  });
}

async function leaderOf(partition: number): Promise<number | undefined> {
  const { topics } = await rig.admin.fetchTopicMetadata({ topics: [rig.topic] });
  return topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader;
}

function seen(partition: number): readonly string[] {
  return rig.seen.filter((record) => record.partition === partition).map(({ offset, value }) => `${offset} ${value}`);
}

describe("a cluster of two brokers, by TLS and SCRAM", () => {
  test("a topic that both lead is read from both", async () => {
    await createTopic([0, 1], [1, 0]);
    expect([await leaderOf(0), await leaderOf(1)]).toEqual([0, 1]);
    await rig.send(["a", "b"], 0);
    await rig.send(["c", "d"], 1);
    await rig.read();
    await rig.untilSeen(4);
    expect([seen(0), seen(1)]).toEqual([
      ["0 a", "1 b"],
      ["0 c", "1 d"],
    ]);
  });

  test("a partition that moves to another broker is read on there, without a gap and without a repeat", async () => {
    await createTopic([0], [0]);
    await rig.send(["a"], 0);
    await rig.send(["x"], 1);
    await rig.read();
    await rig.untilSeen(2);
    await rig.admin.alterPartitionReassignments({
      topics: [{ topic: rig.topic, partitionAssignment: [{ partition: 0, replicas: [1] }] }],
    });
    await expect.poll(() => leaderOf(0), { timeout: 30_000 }).toBe(1);
    await rig.send(["b", "c"], 0);
    await rig.send(["y"], 1);
    await rig.untilSeen(5);
    expect([seen(0), seen(1)]).toEqual([
      ["0 a", "1 b", "2 c"],
      ["0 x", "1 y"],
    ]);
  });

  test("when the leader is killed its successor is read on, and the other partition all the while", async () => {
    await createTopic([1, 0], [0, 1]);
    await rig.send(["a"], 0);
    await rig.send(["x"], 1);
    await rig.read();
    await rig.untilSeen(2);
    await second.stop("SIGKILL");
    await rig.send(["y"], 1);
    await expect.poll(() => seen(1)).toEqual(["0 x", "1 y"]);
    await expect.poll(() => leaderOf(0), { timeout: 30_000 }).toBe(0);
    await rig.send(["b", "c"], 0);
    await rig.untilSeen(5);
    expect(seen(0)).toEqual(["0 a", "1 b", "2 c"]);
    await second.start();
  });

  test("a wrong password is refused by name, without the password", async () => {
    await createTopic([0]);
    await rig.close();
    rig = rigAs("guessed");
    const failed = rig.read().then(
      () => rig.failed(),
      (error: Error) => error,
    );
    expect((await failed).message).toContain("was not let in: check user name, password and mechanism");
    expect((await failed).message).not.toContain("guessed");
  });
});
