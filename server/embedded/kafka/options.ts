/** The command line of the broker's process, checked as a whole: all problems are reported together. */
import { parseArgs } from "node:util";
import { DEFAULT_SETTINGS } from "./settings.ts";
import type { BrokerSettings } from "./settings.ts";

const PORT_MAX = 65_535;
const PARTITIONS_MAX = 1_000;
const MILLISECONDS_MAX = 2_147_483_647;
const DEFAULT_DATA_DIRECTORY = ".data/kafka";

interface WholeOption {
  readonly setting: Exclude<keyof typeof DEFAULT_SETTINGS, "advertised" | "host">;
  readonly least: number;
  readonly most: number;
  readonly help: string;
}

const WHOLE_OPTIONS: Readonly<Record<string, WholeOption>> = {
  port: { setting: "port", least: 0, most: PORT_MAX, help: "port to listen on, 0 = a free one" },
  partitions: {
    setting: "defaultPartitions",
    least: 1,
    most: PARTITIONS_MAX,
    help: "partitions of topics created without a number",
  },
  "segment-bytes": { setting: "segmentBytes", least: 1_024, most: 2_147_483_647, help: "bytes per segment" },
  "retention-ms": { setting: "retentionMs", least: -1, most: Number.MAX_SAFE_INTEGER, help: "age of records kept" },
  "retention-bytes": { setting: "retentionBytes", least: -1, most: Number.MAX_SAFE_INTEGER, help: "per partition" },
  "total-bytes": { setting: "totalBytesMax", least: -1, most: Number.MAX_SAFE_INTEGER, help: "all logs together" },
  "retention-check-ms": { setting: "retentionCheckMs", least: 1, most: MILLISECONDS_MAX, help: "how often" },
  "batch-bytes-max": { setting: "batchBytesMax", least: 100, most: 104_857_600, help: "largest record batch" },
  "flush-interval-ms": { setting: "flushIntervalMs", least: 0, most: MILLISECONDS_MAX, help: "fsync, 0 = never" },
  "producer-id-expiration-ms": {
    setting: "producerIdExpirationMs",
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    help: "silence after which a producer is forgotten",
  },
  "producer-id-expiration-check-ms": {
    setting: "producerIdExpirationCheckMs",
    least: 1,
    most: MILLISECONDS_MAX,
    help: "how often",
  },
  "metrics-port": {
    setting: "metricsPort",
    least: 0,
    most: PORT_MAX,
    help: "counters as JSON over HTTP, 0 = a free one",
  },
};

export type ParsedOptions =
  | { readonly ok: true; readonly settings: BrokerSettings }
  | { readonly ok: "help"; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] };

export function parseOptions(args: readonly string[]): ParsedOptions {
  const names = ["host", "data", "advertised", ...Object.keys(WHOLE_OPTIONS)];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  if (args.includes("--help")) return { ok: "help", text: helpText() };
  let values: Record<string, string | undefined>;
  try {
    values = parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\.?(?:\n| To )/)[0] ?? "") : String(error);
    return { ok: false, problems: [`${reason}; the options are ${names.map((name) => `--${name}`).join(" ")}`] };
  }
  const settings: BrokerSettings = {
    ...DEFAULT_SETTINGS,
    host: values["host"] ?? DEFAULT_SETTINGS.host,
    dataDirectory: values["data"] ?? DEFAULT_DATA_DIRECTORY,
  };
  const problems: string[] = [];
  for (const [name, option] of Object.entries(WHOLE_OPTIONS)) {
    const value = values[name];
    if (value === undefined) continue;
    const problem = wholeProblem(name, value, option);
    if (problem === null) Object.assign(settings, { [option.setting]: Number(value) });
    else problems.push(problem);
  }
  for (const name of ["host", "data"]) {
    if (values[name] === "") problems.push(`--${name} is empty: give a value or leave it out`);
  }
  const advertised = values["advertised"];
  if (advertised !== undefined) {
    settings.advertised = parseAddress(advertised);
    if (settings.advertised === null) {
      problems.push(`--advertised is "${advertised}": expected HOST:PORT, for example localhost:9092`);
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings };
}

function helpText(): string {
  const lines = Object.entries(WHOLE_OPTIONS).map(([name, { setting, help }]) => {
    return `  --${name.padEnd(34)}${help} (default ${DEFAULT_SETTINGS[setting] ?? "none"})`;
  });
  return [
    "A Kafka broker in one process. Options, each with a value:",
    `  --${"data".padEnd(34)}directory of everything that it keeps (default ${DEFAULT_DATA_DIRECTORY})`,
    `  --${"host".padEnd(34)}address to listen on (default ${DEFAULT_SETTINGS.host})`,
    `  --${"advertised".padEnd(34)}HOST:PORT that clients are told to connect to (default where it listens)`,
    ...lines,
  ].join("\n");
}

function wholeProblem(name: string, value: string, option: WholeOption): string | null {
  const number = Number(value);
  if (/^-?\d+$/.test(value) && number >= option.least && number <= option.most) return null;
  return `--${name} is "${value}": expected a whole number from ${option.least} to ${option.most} (${option.help})`;
}

function parseAddress(value: string): { host: string; port: number } | null {
  const match = /^(?<host>[^\s]+):(?<port>\d{1,5})$/.exec(value);
  const host = match?.groups?.["host"];
  const port = Number(match?.groups?.["port"]);
  return host === undefined || port < 1 || port > PORT_MAX ? null : { host, port };
}
