/** The server as a process of its own, with the genuine client pointed at it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { PassThroughClient } from "google-auth-library";

const entry = join(import.meta.dirname, "..", "process.ts");

export interface ServerProcess {
  child: ChildProcess;
  url: string;
  readyLine: string;
  client: BigQuery;
  /** Ends it with the signal and waits; gives the exit code, null after SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "bigquery-server-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function clientFor(url: string): BigQuery {
  return new BigQuery({ projectId: "project-1", apiEndpoint: url, authClient: new PassThroughClient() });
}

/** Starts the server on a free port. Rejects with what it wrote to stderr when it does not get ready. */
export async function startProcess(data: string, args: string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [entry, "--port", "0", "--data", data, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  let errors = "";
  child.stderr?.on("data", (chunk) => (errors += String(chunk)));
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on("data", (chunk) => {
      output += String(chunk);
      if (output.includes("\n")) resolve(output);
    });
  });
  const exited = once(child, "exit");
  const line = await Promise.race([ready, exited.then(() => undefined)]);
  if (line === undefined) throw new Error(errors);
  const url = /http:\/\/\S+/.exec(line)?.[0] ?? "";
  return {
    child,
    url,
    readyLine: line,
    client: clientFor(url),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await exited;
      }
      return child.exitCode;
    },
  };
}

/** Runs the process to its end; gives its exit code and what it wrote to stderr. */
export async function runToEnd(args: string[]): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  await once(child, "close");
  return { code: child.exitCode, errors };
}
