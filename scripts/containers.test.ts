import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { settings } from "../server/config-settings.ts";
import { readConfig } from "../server/config.ts";

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<"kafka" | "app", Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, "..");
const compose = parse(readFileSync(join(root, "docker-compose.yml"), "utf8")) as Compose;
const { kafka, app } = compose.services;

/** The app's environment as compose passes it when nothing is set outside, or only what is given here. */
function appEnvironment(outside: Record<string, string>): Record<string, string> {
  const substitute = (text: string) =>
    text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => outside[name] ?? fallback);
  return Object.fromEntries(Object.entries(app.environment).map(([name, value]) => [name, substitute(String(value))]));
}

function appConfig(outside: Record<string, string>) {
  const result = readConfig({
    environment: appEnvironment(outside),
    args: [],
    randomSeed: () => 1,
    randomToken: () => "a-generated-token",
  });
  if (result.kind !== "config") throw new Error(JSON.stringify(result));
  return result.config;
}

/** `NAME://host:port,…` by name. */
function listeners(setting: string): ReadonlyMap<string, string> {
  const entries = String(kafka.environment[setting]).split(",");
  return new Map(entries.map((entry) => entry.split("://") as [string, string]));
}

test("Kafka is the official image as one KRaft node whose topics need one copy only", () => {
  expect(kafka.image).toBe("apache/kafka:4.3.1");
  expect(kafka.environment).toMatchObject({
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_NODE_ID: 1,
    KAFKA_CONTROLLER_QUORUM_VOTERS: "1@kafka:9093",
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
  });
  expect(Buffer.from(String(kafka.environment["CLUSTER_ID"]), "base64url")).toHaveLength(16);
});

test("every listener has a protocol, and what Kafka advertises is where it listens", () => {
  const protocols = new Map(
    String(kafka.environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"])
      .split(",")
      .map((entry) => entry.split(":") as [string, string]),
  );
  const listening = listeners("KAFKA_LISTENERS");
  expect([...listening.keys()].toSorted()).toEqual([...protocols.keys()].toSorted());
  for (const [name, address] of listeners("KAFKA_ADVERTISED_LISTENERS"))
    expect(address.split(":").at(-1)).toBe(listening.get(name)?.split(":").at(-1));
  expect([...listening.keys()]).toContain(kafka.environment["KAFKA_INTER_BROKER_LISTENER_NAME"]);
  expect([...listening.keys()]).toContain(kafka.environment["KAFKA_CONTROLLER_LISTENER_NAMES"]);
});

test("the app goes to the address that Kafka advertises to containers, and waits until it answers", () => {
  expect(appConfig({}).kafka).toEqual({
    brokers: [listeners("KAFKA_ADVERTISED_LISTENERS").get("INSIDE")],
    ssl: false,
    sasl: null,
  });
  expect(app.depends_on).toEqual({ kafka: { condition: "service_healthy" } });
});

test("the app needs a token, from outside or generated, and is published to this machine only", () => {
  expect(appConfig({})).toMatchObject({ host: "0.0.0.0", token: "a-generated-token", tokenGenerated: true });
  expect(appConfig({ DEDUPSCOPE_TOKEN: "chosen-by-somebody" })).toMatchObject({
    token: "chosen-by-somebody",
    tokenGenerated: false,
  });
  expect(app.ports).toEqual([`127.0.0.1:3000:${String(appConfig({}).port)}`]);
  for (const port of kafka.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test("every variable that the app is given is one that it reads", () => {
  for (const name of Object.keys(app.environment)) expect(Object.keys(settings)).toContain(name);
});

test("what must survive is on volumes", () => {
  expect(kafka.volumes).toEqual([`kafka-data:${String(kafka.environment["KAFKA_LOG_DIRS"])}`]);
  expect(app.volumes).toEqual([`app-data:${appConfig({}).dataDirectory}`]);
  expect(Object.keys(compose.volumes)).toEqual(["kafka-data", "app-data"]);
});

test("the image runs the program on a Node that can, and not as root", () => {
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
  for (const [, version] of dockerfile.matchAll(/^FROM node:(\d+)/gm))
    expect(Number(version)).toBeGreaterThanOrEqual(24);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toContain('CMD ["node", "server/main.ts"]');
});
