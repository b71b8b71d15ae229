import { fileURLToPath } from "node:url";
import type { LaneName } from "#contract/names.ts";
import { consumerMemorySettings } from "../consumer/memory-settings.ts";
import type { ProcessSpec } from "../processes/managed-process.ts";
import type { ConsumerSettings, FromConsumer, FromProducer, ProducerSettings } from "../processes/messages.ts";

const entryOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A cold start on a busy machine; a healthy one is ready within a second. */
const readyTimeoutMs = 30_000;
/** The producer and the consumers finish what is under way; the servers flush. */
const stopTimeoutMs = 8_000;
/** Two Java virtual machines start at the same time and load half a gigabyte of classes. */
const sparkReadyTimeoutMs = 180_000;
const deadlines = { readyTimeoutMs, stopTimeoutMs };

export function producerSpec(
  settings: () => ProducerSettings,
  onMessage: (message: FromProducer) => void,
): ProcessSpec<"producer"> {
  return {
    name: "producer",
    lane: null,
    entry: entryOf("../producer/process.ts"),
    args: () => [],
    startMessage: () => ({ type: "start", settings: settings() }),
    onMessage,
    ...deadlines,
  };
}

export function consumerSpec(
  lane: LaneName,
  settings: () => ConsumerSettings,
  onMessage: (message: FromConsumer) => void,
  engine: "embedded" | "spark",
): ProcessSpec<`consumer-${LaneName}`> {
  return {
    name: `consumer-${lane}`,
    lane,
    entry: entryOf(engine === "spark" ? "../consumer/spark/process.ts" : "../consumer/process.ts"),
    args: () => [],
    ...consumerMemorySettings,
    startMessage: () => ({ type: "start", settings: settings() }),
    onMessage,
    ...deadlines,
    ...(engine === "spark" ? { readyTimeoutMs: sparkReadyTimeoutMs } : {}),
  };
}

export interface ServerSpecOptions {
  readonly host: string;
  readonly dataDirectory: string;
  /** Asked for each incarnation: the port that the first one got, so that clients find it again. */
  readonly port: () => number;
}

export function brokerSpec(options: ServerSpecOptions & { readonly partitions: number }): ProcessSpec<"broker"> {
  const { host, port, dataDirectory, partitions } = options;
  return {
    name: "broker",
    lane: null,
    entry: entryOf("../embedded/kafka/process.ts"),
    args: () => [...serverArgs(host, port(), dataDirectory), "--partitions", String(partitions)],
    ...deadlines,
  };
}

export function warehouseSpec({ host, port, dataDirectory }: ServerSpecOptions): ProcessSpec<"warehouse"> {
  return {
    name: "warehouse",
    lane: null,
    entry: entryOf("../embedded/bigquery/process.ts"),
    args: () => serverArgs(host, port(), dataDirectory),
    ...deadlines,
  };
}

function serverArgs(host: string, port: number, dataDirectory: string): readonly string[] {
  return ["--host", host, "--port", String(port), "--data", dataDirectory];
}
