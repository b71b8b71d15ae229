import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { createLogger } from "#server/shared/logger.ts";
import { KafkaCluster, kafkaErrorType } from "./kafkajs-cluster.ts";

/**
 * kafkajs's internals that kafkajs-cluster.ts rests on. Here a change of them is red before any broker is asked; what
 * they do on the wire, reader-behaviours.ts shows against two brokers.
 */
const load = createRequire(import.meta.url);
type Anything = Record<string, unknown>;
const logger = createLogger("kafkajs-cluster-test", "silent");

/** A logger as kafkajs hands it to its parts. */
function silent(): object {
  return { debug: () => {}, error: () => {}, namespace: silent };
}

test("it is the version that the adapter was written for", () => {
  expect((load("kafkajs/package.json") as Anything)["version"]).toBe("2.2.4");
});

test("the cluster and its brokers have the methods that are called", () => {
  const { prototype: cluster } = load("kafkajs/src/cluster") as { prototype: Anything };
  const called = [
    "connect",
    "disconnect",
    "addTargetTopic",
    "refreshMetadata",
    "findBroker",
    "findGroupCoordinator",
    "findTopicPartitionMetadata",
  ];
  expect(called.filter((name) => typeof cluster[name] !== "function")).toEqual([]);
  const { prototype: broker } = load("kafkajs/src/broker") as { prototype: Anything };
  const asked = ["disconnect", "offsetCommit", "listOffsets"];
  expect(asked.filter((name) => typeof broker[name] !== "function")).toEqual([]);
});

test("requests for Fetch have a connection of their own, so that no other request waits behind one", () => {
  const ConnectionPool = load("kafkajs/src/network/connectionPool") as new (options: object) => {
    pool: unknown[];
    getConnection: (index?: number) => number;
    getConnectionByRequest: (request: object) => number;
  };
  const pool = new ConnectionPool({ logger: silent() });
  pool.getConnection = (index = 0) => index;
  expect(pool.getConnectionByRequest({ request: { apiKey: 1 } })).toBe(1);
  expect(pool.getConnectionByRequest({ request: { apiKey: 3 } })).toBe(0);
});

test("a Fetch request is made by version, and its answer's decoder can be put in its place", () => {
  const { requests, lookup } = load("kafkajs/src/protocol/requests") as {
    requests: { Fetch: { versions: string[] } };
    lookup: (versions: object) => (key: number, definitions: unknown) => (options: object) => Anything;
  };
  expect((load("kafkajs/src/protocol/requests/apiKeys") as Anything)["Fetch"]).toBe(1);
  expect(Math.max(...requests.Fetch.versions.map(Number))).toBe(11);
  for (const maxVersion of [4, 11, 17]) {
    const protocol = lookup({ 1: { minVersion: 4, maxVersion } })(1, requests.Fetch)({ maxWaitTime: 250, topics: [] });
    expect(protocol).toMatchObject({ request: { apiKey: 1, apiVersion: Math.min(maxVersion, 11) } });
    expect((protocol["request"] as Anything)["encode"]).toBeTypeOf("function");
    expect(Object.keys(protocol)).toEqual(["request", "response", "requestTimeout"]);
  }
});

test("a cluster is made of a connection, and of nothing that is missing", async () => {
  const sasl = { mechanism: "plain", username: "user", password: "secret" } as const;
  const connection = { brokers: ["127.0.0.1:9092"], ssl: true, sasl };
  await expect(new KafkaCluster({ connection, clientId: "test", logger }).close()).resolves.toBeUndefined();
});

test("the name of a protocol error is found in what kafkajs makes of it", () => {
  const { KafkaJSProtocolError, KafkaJSNonRetriableError, KafkaJSSASLAuthenticationError } = load(
    "kafkajs/src/errors",
  ) as Record<string, new (error: unknown, options?: object) => Error>;
  const { createErrorFromCode } = load("kafkajs/src/protocol/error") as {
    createErrorFromCode: (code: number) => Error;
  };
  const refused = createErrorFromCode(29);
  expect(refused).toBeInstanceOf(KafkaJSProtocolError);
  expect(kafkaErrorType(refused)).toBe("TOPIC_AUTHORIZATION_FAILED");
  const wrapped = KafkaJSNonRetriableError && new KafkaJSNonRetriableError(refused, { cause: refused });
  expect(kafkaErrorType(wrapped)).toBe("TOPIC_AUTHORIZATION_FAILED");
  const stranger = KafkaJSSASLAuthenticationError && new KafkaJSSASLAuthenticationError("wrong password");
  expect(kafkaErrorType(stranger)).toBe("SASL_AUTHENTICATION_FAILED");
  expect(kafkaErrorType(new Error("connection reset"))).toBeNull();
});
