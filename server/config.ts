import { randomBytes, randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { SparkSettings } from "./processes/messages.ts";
import type { KafkaConnection } from "./shared/connections.ts";
import { flags, helpText, settings, type FlagName, type Setting, type SettingName } from "./config-settings.ts";
import { isLoopback } from "./shared/loopback.ts";

export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absolute path. */
  readonly dataDirectory: string;
  /** Null where everybody who reaches the address may control: on loopback, unless a token was set. */
  readonly token: string | null;
  /** True when nobody knows the token yet, so that it must be printed. */
  readonly tokenGenerated: boolean;
  /** Null: the embedded broker. */
  readonly kafka: KafkaConnection | null;
  /** Null: the embedded warehouse. */
  readonly bigquery: { readonly projectId: string; readonly location: string } | null;
  /** Null: the embedded engine. */
  readonly spark: SparkSettings | null;
  readonly ratePerSecond: number;
  /** Of the next new run. */
  readonly seed: number;
  readonly partitions: number;
  readonly watermarkDelayMs: number;
  readonly requestTimeoutMs: number;
  readonly logLevel: string;
  readonly fresh: boolean;
  readonly development: boolean;
  /** The environment for child processes: without the secrets, which they get over IPC where they need them. */
  readonly childEnvironment: NodeJS.Dict<string>;
}

export type ConfigResult =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "help"; readonly text: string }
  /** Everything that is wrong, a sentence each: name, value, what was expected, what to do. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export interface ConfigInput {
  readonly environment: NodeJS.Dict<string>;
  /** Command line after the script's name. */
  readonly args: readonly string[];
  readonly randomSeed: () => number;
  readonly randomToken: () => string;
}

/** What this process was started with. Nothing else in the program reads the environment or the command line. */
export function processInput(): ConfigInput {
  return {
    environment: process.env,
    args: process.argv.slice(2),
    randomSeed: () => randomInt(2 ** 32),
    randomToken: () => randomBytes(24).toString("base64url"),
  };
}

export function readConfig(input: ConfigInput): ConfigResult {
  const problems: string[] = [];
  const given = readFlags(input.args, problems);
  if (given.has("help")) return { kind: "help", text: helpText() };
  const read = environmentReader(input.environment, problems);
  const host = read("HOST");
  const givenToken = read("DEDUPSCOPE_TOKEN");
  const kafka = readKafka(read, problems);
  const projectId = read("BIGQUERY_PROJECT");
  const location = read("BIGQUERY_LOCATION");
  const tokenGenerated = givenToken === null && !isLoopback(host);
  const config: Config = {
    host,
    port: read("PORT"),
    dataDirectory: read("DEDUPSCOPE_DATA"),
    token: tokenGenerated ? input.randomToken() : givenToken,
    tokenGenerated,
    kafka,
    bigquery: projectId === null ? null : { projectId, location },
    spark: readSpark(read, projectId !== null, problems),
    ratePerSecond: read("RATE"),
    seed: read("SEED") ?? input.randomSeed(),
    partitions: read("PARTITIONS"),
    watermarkDelayMs: read("WATERMARK_DELAY_MS"),
    requestTimeoutMs: read("REQUEST_TIMEOUT_MS"),
    logLevel: read("LOG_LEVEL"),
    fresh: given.has("fresh"),
    development: given.has("dev"),
    childEnvironment: withoutSecrets(input.environment),
  };
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "config", config };
}

function readFlags(args: readonly string[], problems: string[]): ReadonlySet<FlagName> {
  const known = Object.keys(flags) as readonly FlagName[];
  const choice = known.map((name) => `--${name}`).join(", ");
  const given = new Set<FlagName>();
  // Not strict: all of the command line is judged here, so that all problems are told together.
  const { tokens } = parseArgs({ args: [...args], strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const name = token.kind === "option" ? known.find((flag) => flag === token.name) : undefined;
    const text = token.kind === "option" ? token.rawName : token.value;
    if (name === undefined) problems.push(`"${text}" on the command line is not known; expected one of ${choice}.`);
    else if (token.kind === "option" && token.value !== undefined)
      problems.push(`${text} was given the value "${token.value}"; expected none; write ${text} alone.`);
    else given.add(name);
  }
  return given;
}

type Read = <Name extends SettingName>(name: Name) => SettingValue<Name>;
type SettingValue<Name extends SettingName> = (typeof settings)[Name] extends Setting<infer Value> ? Value : never;

/** An empty variable counts as not set: that is what compose files pass for one that is missing. */
function environmentReader(environment: NodeJS.Dict<string>, problems: string[]): Read {
  return <Name extends SettingName>(name: Name) => {
    const { schema, fallback, expected, remedy, secret = false } = settings[name] as Setting<SettingValue<Name>>;
    const text = environment[name]?.trim() ?? "";
    if (text === "") return fallback;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    problems.push(`${name} is ${secret ? "not usable" : `"${text}"`}; expected ${expected}; ${remedy}.`);
    return fallback;
  };
}

function readKafka(read: Read, problems: string[]): KafkaConnection | null {
  const brokers = read("KAFKA_BROKERS");
  const ssl = read("KAFKA_SSL");
  const mechanism = read("KAFKA_SASL_MECHANISM");
  const username = read("KAFKA_SASL_USERNAME");
  const password = read("KAFKA_SASL_PASSWORD");
  const parts = [mechanism, username, password].filter((part) => part !== null).length;
  if (parts !== 0 && parts !== 3)
    problems.push(
      "Only some of KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are set; expected all three " +
        "or none; set the others or leave all out.",
    );
  // A cluster that was given wrongly is reported as such already.
  if (brokers === null && problems.length === 0 && (ssl || parts !== 0))
    problems.push(
      "KAFKA_SSL or KAFKA_SASL_… is set without KAFKA_BROKERS; expected the cluster they are for; set KAFKA_BROKERS " +
        "or leave them out for the embedded broker.",
    );
  if (brokers === null) return null;
  const complete = mechanism !== null && username !== null && password !== null;
  return { brokers, ssl, sasl: complete ? { mechanism, username, password } : null };
}

function readSpark(read: Read, hasBigQuery: boolean, problems: string[]): SparkSettings | null {
  const engine = read("CONSUMER_ENGINE");
  const master = read("SPARK_MASTER");
  const sink = read("SPARK_SINK");
  if (engine === "spark") return { master: master ?? "local[2]", sink: sink ?? (hasBigQuery ? "load-jobs" : "topic") };
  // An engine that was given wrongly is reported as such already.
  if (problems.length === 0 && (master !== null || sink !== null))
    problems.push(
      "SPARK_MASTER or SPARK_SINK is set, but the engine is not Spark; expected CONSUMER_ENGINE=spark with them; set it, " +
        "or leave them out.",
    );
  return null;
}

function withoutSecrets(environment: NodeJS.Dict<string>): NodeJS.Dict<string> {
  const secrets = new Set(
    Object.entries<Setting<unknown>>(settings).flatMap(([name, { secret }]) => (secret === true ? [name] : [])),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.has(name)));
}
