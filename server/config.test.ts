import { resolve } from "node:path";
import { expect, test } from "vitest";
import { settings } from "./config-settings.ts";
import { readConfig, type Config, type ConfigResult } from "./config.ts";

function read(environment: Record<string, string>, args: readonly string[] = []): ConfigResult {
  return readConfig({
    environment,
    args,
    randomSeed: () => 42,
    randomToken: () => "generated-token-of-the-test",
  });
}

function config(environment: Record<string, string>, args: readonly string[] = []): Config {
  const result = read(environment, args);
  if (result.kind !== "config") throw new Error(JSON.stringify(result));
  return result.config;
}

function problems(environment: Record<string, string>, args: readonly string[] = []): readonly string[] {
  const result = read(environment, args);
  if (result.kind !== "problems") throw new Error(`expected problems: ${JSON.stringify(result)}`);
  return result.problems;
}

test("nothing set: everything embedded, on loopback, without a token", () => {
  expect(config({ PATH: "/bin" })).toEqual({
    host: "127.0.0.1",
    port: 3_000,
    dataDirectory: resolve(".data"),
    token: null,
    tokenGenerated: false,
    kafka: null,
    bigquery: null,
    spark: null,
    ratePerSecond: 10,
    seed: 42,
    partitions: 3,
    watermarkDelayMs: 60_000,
    requestTimeoutMs: 1_000,
    logLevel: "info",
    fresh: false,
    development: false,
    childEnvironment: { PATH: "/bin" },
  });
});

test("everything set", () => {
  const full = config(
    {
      PORT: "0",
      HOST: "0.0.0.0",
      DEDUPSCOPE_DATA: "/var/lib/dedupscope",
      DEDUPSCOPE_TOKEN: "a-token-of-some-length",
      KAFKA_BROKERS: "one.example:9092, [::1]:9093",
      KAFKA_SSL: "TRUE",
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_SASL_USERNAME: "user",
      KAFKA_SASL_PASSWORD: "secret",
      BIGQUERY_PROJECT: "my-project-1",
      BIGQUERY_LOCATION: "europe-west1",
      RATE: "2000",
      SEED: "0",
      PARTITIONS: "6",
      WATERMARK_DELAY_MS: "0",
      REQUEST_TIMEOUT_MS: "500",
      LOG_LEVEL: "debug",
    },
    ["--fresh", "--dev"],
  );
  expect(full).toMatchObject({
    port: 0,
    dataDirectory: "/var/lib/dedupscope",
    token: "a-token-of-some-length",
    tokenGenerated: false,
    kafka: {
      brokers: ["one.example:9092", "[::1]:9093"],
      ssl: true,
      sasl: { mechanism: "scram-sha-512", username: "user", password: "secret" },
    },
    bigquery: { projectId: "my-project-1", location: "europe-west1" },
    ratePerSecond: 2_000,
    seed: 0,
    partitions: 6,
    watermarkDelayMs: 0,
    requestTimeoutMs: 500,
    fresh: true,
    development: true,
  });
});

test("the defaults that the help names are the ones that hold", () => {
  const { text } = read({}, ["--help"]) as { text: string };
  for (const [name, { fallback, meaning }] of Object.entries(settings)) {
    expect(text).toContain(`  ${name} `);
    expect(meaning).toContain(typeof fallback === "number" ? `(${String(fallback)})` : "");
  }
});

test("help is given even when something else is wrong", () => {
  expect(read({ PORT: "x" }, ["--help"]).kind).toBe("help");
});

test("all problems are told together, each with name, value, expectation and remedy", () => {
  expect(problems({ PORT: "70000", RATE: "-1", LOG_LEVEL: "loud" }, ["--fresher", "now", "--dev=yes"])).toEqual([
    '"--fresher" on the command line is not known; expected one of --fresh, --dev, --help.',
    '"now" on the command line is not known; expected one of --fresh, --dev, --help.',
    '--dev was given the value "yes"; expected none; write --dev alone.',
    'PORT is "70000"; expected a whole number from 0 (any free port) to 65535; for example PORT=3000.',
    'RATE is "-1"; expected a whole number from 1 to 2000; for example RATE=10.',
    'LOG_LEVEL is "loud"; expected trace, debug, info, warn, error, fatal or silent; for example LOG_LEVEL=debug.',
  ]);
});

test.each([
  ["PORT", ["-1", "3000.5", "0x10", "1e3", "65536", "port"]],
  ["HOST", ["not a host", "http://127.0.0.1", "127.0.0.1:3000", "a/b"]],
  ["KAFKA_BROKERS", ["localhost", "localhost:", "localhost:0", "localhost:70000", "a:1,", ",a:1", "http://a:1"]],
  ["KAFKA_SSL", ["yes", "1"]],
  ["KAFKA_SASL_MECHANISM", ["gssapi"]],
  ["BIGQUERY_PROJECT", ["UPPER-CASE", "short", "with space", "-leading"]],
  ["BIGQUERY_LOCATION", ["../x", "a b"]],
  ["RATE", ["0", "2001", "ten", "NaN"]],
  ["SEED", ["-1", "4294967296", "abc"]],
  ["PARTITIONS", ["0", "65"]],
  ["WATERMARK_DELAY_MS", ["-1", "1m"]],
  ["REQUEST_TIMEOUT_MS", ["99", "60001"]],
  ["LOG_LEVEL", ["verbose"]],
])("%s refuses what it cannot be", (name, wrong) => {
  for (const value of wrong) {
    const [problem] = problems({ [name]: value });
    expect(problem).toMatch(new RegExp(`^${name} is "`));
    expect(problem).toContain(`"${value}"; expected `);
  }
});

test("an empty variable is one that is not set", () => {
  expect(config({ PORT: "", KAFKA_BROKERS: " ", KAFKA_SSL: "", SEED: "" })).toEqual({
    ...config({}),
    childEnvironment: { PORT: "", KAFKA_BROKERS: " ", KAFKA_SSL: "", SEED: "" },
  });
});

test("an address that others can reach gets a token", () => {
  for (const host of ["0.0.0.0", "192.168.1.5", "::", "example.org", "127.example.org"])
    expect(config({ HOST: host })).toMatchObject({ token: "generated-token-of-the-test", tokenGenerated: true });
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
    expect(config({ HOST: host })).toMatchObject({ token: null, tokenGenerated: false });
});

test("a token that was set is needed on loopback too", () => {
  expect(config({ DEDUPSCOPE_TOKEN: "a-token-of-some-length" }).token).toBe("a-token-of-some-length");
});

test("secrets are neither printed in problems nor passed on to children", () => {
  const [problem] = problems({ DEDUPSCOPE_TOKEN: "too short" });
  expect(problem).not.toContain("too short");
  const { childEnvironment } = config({
    DEDUPSCOPE_TOKEN: "a-token-of-some-length",
    KAFKA_BROKERS: "a:1",
    KAFKA_SASL_MECHANISM: "plain",
    KAFKA_SASL_USERNAME: "user",
    KAFKA_SASL_PASSWORD: "secret",
    GOOGLE_APPLICATION_CREDENTIALS: "key.json",
  });
  expect(Object.keys(childEnvironment)).toEqual([
    "KAFKA_BROKERS",
    "KAFKA_SASL_MECHANISM",
    "KAFKA_SASL_USERNAME",
    "GOOGLE_APPLICATION_CREDENTIALS",
  ]);
});

test("half a SASL configuration, or one without a cluster, is refused", () => {
  expect(problems({ KAFKA_BROKERS: "a:1", KAFKA_SASL_USERNAME: "user" })[0]).toMatch(/all three or none/);
  expect(problems({ KAFKA_SSL: "true" })[0]).toMatch(/without KAFKA_BROKERS/);
});

test("with Spark as the engine rows go by a topic, and into BigQuery by load jobs, unless it is said", () => {
  expect(config({ CONSUMER_ENGINE: "Spark" }).spark).toEqual({ master: "local[2]", sink: "topic" });
  const spark = { CONSUMER_ENGINE: "spark", SPARK_MASTER: "spark://one.example:7077" };
  expect(config({ ...spark, BIGQUERY_PROJECT: "my-project-1" }).spark).toEqual({
    master: "spark://one.example:7077",
    sink: "load-jobs",
  });
  expect(config({ CONSUMER_ENGINE: "spark", SPARK_SINK: "load-jobs" }).spark?.sink).toBe("load-jobs");
});

test("an unknown engine is refused, and so are settings of Spark without Spark", () => {
  expect(problems({ CONSUMER_ENGINE: "flink", SPARK_MASTER: "nowhere", SPARK_SINK: "file" })).toEqual([
    expect.stringMatching(/^CONSUMER_ENGINE is "flink"; expected embedded or spark; for example /),
    expect.stringMatching(/^SPARK_MASTER is "nowhere"; expected a Spark master/),
    expect.stringMatching(/^SPARK_SINK is "file"; expected topic or load-jobs/),
  ]);
  expect(problems({ SPARK_SINK: "topic" })).toEqual([expect.stringContaining("CONSUMER_ENGINE=spark")]);
});
