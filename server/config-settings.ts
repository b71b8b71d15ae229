import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { limits } from "#contract/limits.ts";

/** One setting: how its text is read, what it is without, and what is said when the text is wrong. */
export interface Setting<Value> {
  readonly schema: z.ZodType<Value, string>;
  readonly fallback: Value;
  readonly expected: string;
  readonly remedy: string;
  /** For `--help`. */
  readonly meaning: string;
  /** Its value is never printed. */
  readonly secret?: boolean;
}

/** Environment variables by name. */
export const settings = {
  PORT: setting(wholeNumber(0, 65_535), 3_000, {
    expected: "a whole number from 0 (any free port) to 65535",
    remedy: "for example PORT=3000",
    meaning: "port of the page (3000)",
  }),
  HOST: setting(z.string().refine(isHost), "127.0.0.1", {
    expected: "an IP address or a host name of this machine",
    remedy: "for example HOST=127.0.0.1, or HOST=0.0.0.0 for every network",
    meaning: "address to listen on (127.0.0.1); any but loopback needs a token to control",
  }),
  DEDUPSCOPE_DATA: setting(
    z.string().transform((path) => resolve(path)),
    resolve(".data"),
    {
      expected: "a directory",
      remedy: "for example DEDUPSCOPE_DATA=.data",
      meaning: "directory that holds everything that must survive (.data)",
    },
  ),
  DEDUPSCOPE_TOKEN: setting<string | null>(z.string().regex(/^[\u0021-\u007E]{16,200}$/), null, {
    expected: "16 to 200 printable characters without spaces",
    remedy: "choose another one, or leave it out and one is generated where it is needed",
    meaning: "token that control needs (generated and printed where HOST is not loopback)",
    secret: true,
  }),
  KAFKA_BROKERS: setting<readonly string[] | null>(brokerList(), null, {
    expected: "host:port, or several with commas between them",
    remedy: "for example KAFKA_BROKERS=127.0.0.1:9092, or leave it out for the embedded broker",
    meaning: "Kafka cluster to use instead of the embedded broker",
  }),
  KAFKA_SSL: setting<boolean>(yesOrNo(), false, {
    expected: "true or false",
    remedy: "for example KAFKA_SSL=true",
    meaning: "TLS to the cluster (false)",
  }),
  KAFKA_SASL_MECHANISM: setting<"plain" | "scram-sha-256" | "scram-sha-512" | null>(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(["plain", "scram-sha-256", "scram-sha-512"])),
    null,
    {
      expected: "plain, scram-sha-256 or scram-sha-512",
      remedy: "for example KAFKA_SASL_MECHANISM=scram-sha-512, or leave it out",
      meaning: "SASL mechanism; needs the two below",
    },
  ),
  KAFKA_SASL_USERNAME: setting<string | null>(z.string(), null, {
    expected: "a user name",
    remedy: "set it together with KAFKA_SASL_MECHANISM and KAFKA_SASL_PASSWORD",
    meaning: "SASL user name",
  }),
  KAFKA_SASL_PASSWORD: setting<string | null>(z.string(), null, {
    expected: "a password",
    remedy: "set it together with KAFKA_SASL_MECHANISM and KAFKA_SASL_USERNAME",
    meaning: "SASL password",
    secret: true,
  }),
  BIGQUERY_PROJECT: setting<string | null>(z.string().regex(/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/), null, {
    expected: "a Google Cloud project id (6 to 30 lower-case letters, digits and hyphens)",
    remedy: "look it up in the console, or leave it out for the embedded warehouse",
    meaning: "BigQuery project to use instead of the embedded warehouse, with the usual credentials",
  }),
  BIGQUERY_LOCATION: setting(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{1,40}$/), "US", {
    expected: "a BigQuery location",
    remedy: "for example BIGQUERY_LOCATION=EU",
    meaning: "where datasets are made (US)",
  }),
  CONSUMER_ENGINE: setting<"embedded" | "spark">(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(["embedded", "spark"])),
    "embedded",
    {
      expected: "embedded or spark",
      remedy: "for example CONSUMER_ENGINE=spark, or leave it out for the embedded engine",
      meaning: "what deduplicates in layer 3: embedded, or spark (needs Java 17, Python 3 and Maven)",
    },
  ),
  SPARK_MASTER: setting<string | null>(z.string().regex(/^(?:local(?:\[[^\]\s]+\])?|[a-z0-9]+:\/\/\S+|yarn)$/), null, {
    expected: "a Spark master as in spark-submit --master",
    remedy: "for example SPARK_MASTER=spark://10.0.0.7:7077, or leave it out for two threads of this machine per lane",
    meaning: "where Spark works (local[2]); a cluster's machines must all see DEDUPSCOPE_DATA",
  }),
  SPARK_SINK: setting<"topic" | "load-jobs" | null>(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(["topic", "load-jobs"])),
    null,
    {
      expected: "topic or load-jobs",
      remedy: "for example SPARK_SINK=load-jobs, or leave it out",
      meaning: "how Spark's rows reach the warehouse: by a topic (built-in warehouse), or load-jobs (BigQuery)",
    },
  ),
  RATE: setting(wholeNumber(limits.ratePerSecondMin, limits.ratePerSecondMax), 10, {
    expected: `a whole number from ${String(limits.ratePerSecondMin)} to ${String(limits.ratePerSecondMax)}`,
    remedy: "for example RATE=10",
    meaning: "payments a second at the start (10)",
  }),
  SEED: setting<number | null>(wholeNumber(0, 4_294_967_295), null, {
    expected: "a whole number from 0 to 4294967295",
    remedy: "for example SEED=1, or leave it out for a random one",
    meaning: "seed of a new run's payments (random, printed)",
  }),
  PARTITIONS: setting(wholeNumber(1, 64), 3, {
    expected: "a whole number from 1 to 64",
    remedy: "for example PARTITIONS=3",
    meaning: "partitions of a new run's topics (3)",
  }),
  WATERMARK_DELAY_MS: setting(wholeNumber(0, 604_800_000), 60_000, {
    expected: "milliseconds, a whole number from 0 to 604800000 (7 days)",
    remedy: "for example WATERMARK_DELAY_MS=60000",
    meaning: "how long layer 3 remembers a transaction id, in event time (60000)",
  }),
  REQUEST_TIMEOUT_MS: setting(wholeNumber(100, 60_000), 1_000, {
    expected: "milliseconds, a whole number from 100 to 60000",
    remedy: "for example REQUEST_TIMEOUT_MS=1000",
    meaning: "after which the producer sends a request again (1000)",
  }),
  LOG_LEVEL: setting(z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]), "info", {
    expected: "trace, debug, info, warn, error, fatal or silent",
    remedy: "for example LOG_LEVEL=debug",
    meaning: "what is written to standard error (info)",
  }),
} as const;
export type SettingName = keyof typeof settings;

export const flags = {
  fresh: "begin anew: forget every run in the data directory",
  dev: "work on the page: Next.js builds as files change",
  help: "print this",
} as const;
export type FlagName = keyof typeof flags;

export function helpText(): string {
  const flagLines = Object.entries(flags).map(([name, meaning]) => `  ${`--${name}`.padEnd(22)}${meaning}`);
  const settingLines = Object.entries(settings).map(([name, { meaning }]) => `  ${name.padEnd(22)}${meaning}`);
  return [
    "dedupscope: a payment pipeline that runs twice under the same faults",
    "",
    "  npm start -- [flags]",
    "",
    "Flags",
    ...flagLines,
    "",
    "Environment variables",
    ...settingLines,
  ].join("\n");
}

function setting<Value>(
  schema: z.ZodType<Value, string>,
  fallback: Value,
  texts: Pick<Setting<Value>, "expected" | "remedy" | "meaning" | "secret">,
): Setting<Value> {
  return { schema, fallback, ...texts };
}

function wholeNumber(minimum: number, maximum: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));
}

function yesOrNo(): z.ZodType<boolean, string> {
  return z
    .string()
    .toLowerCase()
    .pipe(z.enum(["true", "false"]))
    .transform((text) => text === "true");
}

function brokerList(): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => text.split(",").map((broker) => broker.trim()))
    .pipe(z.array(z.string().refine(isBroker)));
}

function isBroker(text: string): boolean {
  const match = /^(?<host>.+):(?<port>\d{1,5})$/.exec(text);
  const { host = "", port = "" } = match?.groups ?? {};
  return Number(port) >= 1 && Number(port) <= 65_535 && isHost(host.replace(/^\[(.*)\]$/, "$1"));
}

function isHost(text: string): boolean {
  return (
    isIP(text) !== 0 || /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?$/.test(text)
  );
}
