/** The built-in BigQuery as a process of its own, as the benchmarks start it. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const entry = join(import.meta.dirname, "..", "..", "server", "embedded", "bigquery", "process.ts");

export interface BenchServer {
  readonly url: string;
  /** From the start of the process until it was ready. */
  readonly readyMs: number;
  /** Megabytes now, and the most there ever were; NaN where /proc does not say. */
  readonly resident: () => number;
  readonly residentMost: () => number;
  /** Milliseconds of processor time that it used up to now. */
  readonly processorMs: () => number;
  readonly stop: () => Promise<void>;
}

export async function startServer(data: string): Promise<BenchServer> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [entry, "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => resolve(/http:\/\/\S+/.exec(String(chunk))?.[0] ?? ""));
    child.once("exit", () => reject(new Error("the server ended before it was ready")));
  });
  const readyMs = performance.now() - startedMs;
  return {
    url,
    readyMs,
    resident: () => statusMegabytes(child, "VmRSS"),
    residentMost: () => statusMegabytes(child, "VmHWM"),
    processorMs: () => processorMs(child),
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function readProc(child: ChildProcess, file: string): string {
  try {
    return readFileSync(`/proc/${child.pid ?? 0}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function statusMegabytes(child: ChildProcess, field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readProc(child, "status"))?.[1] ?? Number.NaN) / 1024;
}

/** Linux counts in hundredths of a second; fields 14 and 15 of the whole line. */
function processorMs(child: ChildProcess): number {
  const fields = readProc(child, "stat").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * 10;
}
