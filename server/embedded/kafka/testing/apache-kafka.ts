/**
 * A real Apache Kafka 4.3.1 for tests and benchmarks, without a container engine: jars by Maven into a cache inside the
 * checkout (45 MB, once), Java 17, a combined broker and controller on free ports of 127.0.0.1, and more brokers beside it.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrokerSecurity } from "./broker-security.ts";
import { RawConnection } from "./raw-connection.ts";
import { initProducerId } from "./raw-requests.ts";
import { ensureCommand, runCommand } from "./run-command.ts";

const APACHE_KAFKA_VERSION = "4.3.1";

const JAVA = "java";
const HERE = fileURLToPath(new URL(".", import.meta.url));
const CACHE_DIRECTORY = join(HERE, "../../../../.cache/apache-kafka", APACHE_KAFKA_VERSION);
const MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
const READY_TIMEOUT_MS = 90_000;
const READY_PROBE_MS = 200;
const CLUSTER_ID = "ZGVkdXBzY29wZS10ZXN0cw";

/** Fetches the jars unless they are there; returns the Java class path. */
async function ensureApacheKafkaJars(): Promise<string> {
  await ensureCommand(JAVA, "openjdk-17-jre-headless");
  const jars = join(CACHE_DIRECTORY, "jars");
  if (!existsSync(jars)) {
    await ensureCommand("mvn", "maven");
    const fresh = join(CACHE_DIRECTORY, `jars-${process.pid}`);
    const pom = join(HERE, "apache-kafka-pom.xml");
    await runCommand("mvn", [
      "-q",
      "-B",
      "-f",
      pom,
      MAVEN_GOAL,
      `-DoutputDirectory=${fresh}`,
      "-DincludeScope=runtime",
    ]);
    rmSync(jars, { recursive: true, force: true });
    renameSync(fresh, jars);
  }
  return join(jars, "*");
}

/** Runs one of Apache Kafka's own programs to its end. */
export async function runKafkaTool(
  mainClass: string,
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  return await runCommand(JAVA, ["-cp", await ensureApacheKafkaJars(), "-Xmx256m", mainClass, ...args], options);
}

export interface ApacheKafkaOptions {
  /** Holds the data, the settings and the log; kept by the caller. */
  readonly directory: string;
  /** Further lines of server.properties. */
  readonly properties?: Readonly<Record<string, string | number>>;
  /** The controller of the cluster that it joins as a broker; without it, it is the first of a new cluster. */
  readonly joins?: ApacheKafka;
  /** A second listener, for clients that come with TLS and a name. */
  readonly security?: BrokerSecurity;
}

interface BrokerPorts {
  readonly port: number;
  readonly controllerPort: number;
  readonly securePort: number;
}

export class ApacheKafka {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly controllerPort: number;
  /** Of the listener with TLS and SASL; nobody listens there without `security`. */
  readonly securePort: number;
  /** Where the partitions' directories are. */
  readonly dataDirectory: string;
  readonly #directory: string;
  readonly #classPath: string;
  #child: ChildProcess | null = null;

  constructor(parts: BrokerPorts & { readonly directory: string; readonly classPath: string }) {
    this.port = parts.port;
    this.controllerPort = parts.controllerPort;
    this.securePort = parts.securePort;
    this.#directory = parts.directory;
    this.#classPath = parts.classPath;
    this.dataDirectory = join(parts.directory, "data");
  }

  /** The process id of the running broker; null when it is stopped. */
  get processId(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts the broker; resolves when it gives out producer ids, the last thing to work. */
  async start(): Promise<void> {
    const args = ["-Xmx512m", "-cp", this.#classPath, "kafka.Kafka", join(this.#directory, "server.properties")];
    const child = spawn(JAVA, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-4_000)));
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null) throw new Error(`Apache Kafka ended with code ${child.exitCode}: ${errors}`);
      if (Date.now() > deadline) throw new Error(`Apache Kafka was not ready after ${READY_TIMEOUT_MS} ms: ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, READY_PROBE_MS));
    }
  }

  /** SIGTERM: stops it cleanly, or SIGKILL. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await exited;
  }

  async #isReady(): Promise<boolean> {
    try {
      const connection = await RawConnection.open({ host: this.host, port: this.port });
      try {
        return (await initProducerId(connection)).error === 0;
      } finally {
        await connection.close();
      }
    } catch {
      return false;
    }
  }
}

/** Formats a directory and starts Apache Kafka on it. */
export async function startApacheKafka(options: ApacheKafkaOptions): Promise<ApacheKafka> {
  const { directory, properties = {}, joins, security } = options;
  const classPath = await ensureApacheKafkaJars();
  const [port, securePort] = [await freePort(), await freePort()];
  const ports = { port, securePort, controllerPort: joins?.controllerPort ?? (await freePort()) };
  const settings = {
    ...roleSettings(ports, { joins: joins !== undefined, isSecure: security !== undefined }),
    "log.dirs": join(directory, "data"),
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    ...security?.properties,
    ...properties,
  };
  mkdirSync(directory, { recursive: true });
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  const file = join(directory, "server.properties");
  writeFileSync(file, lines.join(""));
  const first = joins === undefined ? ["--standalone", ...(security?.formatArguments ?? [])] : [];
  await runKafkaTool("kafka.tools.StorageTool", ["format", ...first, "-t", CLUSTER_ID, "-c", file]);
  const kafka = new ApacheKafka({ ...ports, directory, classPath });
  await kafka.start();
  return kafka;
}

function roleSettings(
  { port, securePort, controllerPort }: BrokerPorts,
  { joins, isSecure }: { readonly joins: boolean; readonly isSecure: boolean },
) {
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`];
  if (isSecure) listeners.push(`SASL_SSL://127.0.0.1:${securePort}`);
  if (!joins) listeners.push(`CONTROLLER://127.0.0.1:${controllerPort}`);
  return {
    "process.roles": joins ? "broker" : "broker,controller",
    "node.id": joins ? 1 : 0,
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.bootstrap.servers": `127.0.0.1:${controllerPort}`,
    listeners: listeners.join(","),
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") throw new Error("no free port was found");
  return address.port;
}
