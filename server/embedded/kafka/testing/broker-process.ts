/** Starts the embedded broker as the process that users start, for tests and benchmarks. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../process.ts", import.meta.url));
const READY = /^kafka broker ready on (?<host>[^\s]+):(?<port>\d+) /;

export class BrokerProcess {
  readonly child: ChildProcess;
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly #exit: Promise<number | null>;
  readonly #log: string[];

  constructor(parts: {
    child: ChildProcess;
    address: { host: string; port: number };
    dataDirectory: string;
    exit: Promise<number | null>;
    log: string[];
  }) {
    this.child = parts.child;
    this.host = parts.address.host;
    this.port = parts.address.port;
    this.dataDirectory = parts.dataDirectory;
    this.#exit = parts.exit;
    this.#log = parts.log;
  }

  /** What the process has written to standard error, as it came. */
  get log(): string {
    return this.#log.join("");
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return await this.#exit;
  }

  /** SIGKILL, which no process can notice. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#exit;
  }
}

/** Runs the broker's entry point; resolves when it is ready, rejects with what it said when it is not. */
export async function startBrokerProcess(options: {
  dataDirectory: string;
  port?: number;
  args?: readonly string[];
}): Promise<BrokerProcess> {
  const { dataDirectory, port = 0, args = [] } = options;
  const child = spawn(process.execPath, [ENTRY, "--port", String(port), "--data", dataDirectory, ...args], {
    // The channel makes the broker end with a test run that is killed.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => log.push(text));
  const exit = new Promise<number | null>((resolve) => {
    child.once("close", (code) => resolve(code));
  });
  const address = await new Promise<{ host: string; port: number }>((resolve, reject) => {
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const groups = READY.exec(output)?.groups;
      if (groups !== undefined) resolve({ host: groups["host"] ?? "", port: Number(groups["port"]) });
    });
    void exit.then((code) => reject(new Error(`exit code ${code}: ${log.join("")}`)));
  });
  return new BrokerProcess({ child, address, dataDirectory, exit, log });
}

export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "dedupscope-kafka-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
