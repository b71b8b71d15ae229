import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { LaneSnapshot, Snapshot, TotalName } from "../contract/snapshot.ts";
import type { LaneName } from "../contract/names.ts";

const root = join(import.meta.dirname, "..");
const readyDeadlineMs = 60_000;
const stopDeadlineMs = 30_000;
const pollMs = 100;

/** The program as a user starts it, on a free port, with a data directory of its own. */
export class Program {
  readonly directory: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #address = "";
  readonly output: string[] = [];

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.directory = mkdtempSync(join(tmpdir(), "dedupscope-e2e-"));
    this.#environment = environment;
  }

  get address(): string {
    return this.#address;
  }

  get processId(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it and does not wait. */
  spawn(...flags: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    this.output.length = 0;
    const child = spawn(process.execPath, ["--disable-warning=TimeoutNegativeWarning", "server/main.ts", ...flags], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PORT: "0", DEDUPSCOPE_DATA: this.directory, ...this.#environment },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => this.output.push(line));
    return child;
  }

  /** For a start that must fail: what it says until it ends, and its exit code. */
  async spawnUntilEnd(...flags: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = this.spawn(...flags);
    const timer = setTimeout(() => child.kill("SIGKILL"), readyDeadlineMs);
    await once(child, "close");
    clearTimeout(timer);
    return { code: child.exitCode, said: this.output.join("\n") };
  }

  /** Starts it and waits for the ready line; throws with its output when it ends before. */
  async start(): Promise<void> {
    const child = this.spawn();
    this.#address = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`not ready within ${readyDeadlineMs} ms:\n${this.output.join("\n")}`));
      }, readyDeadlineMs);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const address = /dedupscope ready on (http:\S+)/.exec(line)?.[1];
        if (address === undefined) return;
        clearTimeout(timer);
        resolve(address);
      });
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code ?? signal} before it was ready:\n${this.output.join("\n")}`));
      });
    });
  }

  /** SIGTERM, as Ctrl-C or a service manager would; returns the exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const timer = setTimeout(() => child.kill("SIGKILL"), stopDeadlineMs);
    child.kill(signal);
    await once(child, "exit");
    clearTimeout(timer);
    return child.exitCode;
  }

  /** SIGKILL, as when the machine runs out of memory. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Ids of its processes that are there now: all of them inherit its environment. */
  leftOver(): readonly string[] {
    const mark = `DEDUPSCOPE_DATA=${this.directory}\0`;
    return readdirSync("/proc").filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "utf8").includes(mark);
      } catch {
        return false;
      }
    });
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(this.address + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
    return { status: response.status, body: await response.json() };
  }

  async snapshot(): Promise<Snapshot> {
    return (await this.request("GET", "/api/snapshot")).body as Snapshot;
  }

  /** The first snapshot that meets `condition`; throws with the last one when there is none in time. */
  async until(what: string, condition: (snapshot: Snapshot) => boolean, timeoutMs = 60_000): Promise<Snapshot> {
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const snapshot = await this.snapshot();
      if (condition(snapshot)) return snapshot;
      if (Date.now() > deadlineMs) throw new Error(`not seen within ${timeoutMs} ms: ${what}\n${summary(snapshot)}`);
      await pause(pollMs);
    }
  }

  /** On embedded defaults five processes work for a run. */
  allRunning(): Promise<Snapshot> {
    return this.until(
      "every process runs",
      ({ processes }) => processes.length === 5 && processes.every(({ state }) => state === "running"),
    );
  }
}

export function laneOf(snapshot: Snapshot, name: LaneName): LaneSnapshot {
  const lane = snapshot.lanes.find((entry) => entry.name === name);
  if (lane === undefined) throw new Error(`the snapshot lacks the lane ${name}`);
  return lane;
}

/** A total of a lane in records; -1 while its owner has not been read. */
export function count(snapshot: Snapshot, lane: LaneName, total: TotalName): number {
  return laneOf(snapshot, lane).totals[total].count ?? -1;
}

/** Equations that do not close on their last cut, in records or in money, in words. */
export function brokenEquations(snapshot: Snapshot): readonly string[] {
  return snapshot.lanes.flatMap((lane) =>
    lane.equations
      .filter(
        ({ remainder, uncertainty, moneyRemainder }) =>
          remainder === null ||
          Math.abs(remainder) > uncertainty ||
          Object.values(moneyRemainder ?? {}).some((amount) => Number(amount) !== 0),
      )
      .map((equation) => `${lane.name}: ${JSON.stringify(equation)}`),
  );
}

/**
 * True when everything that was intended has come through and was judged, with the simulator paused. Totals of several
 * owners are of several moments, so "nothing pending" counts only on a cut of equation 7 that holds every intent.
 */
export function isSettled({ simulator, lanes }: Snapshot): boolean {
  const open = ["lag", "pending", "notYetMerged", "unknown", "inFlight"] as const;
  return (
    !simulator.running &&
    lanes.every(
      ({ totals, verdict, equations }) =>
        verdict !== "PENDING" &&
        open.every((name) => totals[name].count === 0) &&
        equations.find(({ name }) => name === "7")?.left.find(({ name }) => name === "intended")?.count ===
          totals.intended.count,
    )
  );
}

/** What a person needs of a snapshot to see why a condition was not met. */
function summary(snapshot: Snapshot): string {
  const lanes = snapshot.lanes.map(({ name, verdict, waitingFor, reasons, totals }) => {
    const counts = Object.entries(totals).map(([total, { count: records }]) => `${total} ${records}`);
    return `${name}: ${verdict} ${waitingFor ?? ""} ${reasons.join("; ")}\n  ${counts.join(", ")}`;
  });
  const processes = snapshot.processes.map(({ name, state, lastExit }) => `${name} ${state} ${lastExit?.reason ?? ""}`);
  return [...lanes, processes.join(", "), ...snapshot.alarms].join("\n");
}
