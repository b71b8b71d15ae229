import type { LaneName, ProcessName } from "#contract/names.ts";
import type { ProcessSnapshot, ProcessState } from "#contract/snapshot.ts";
import { decideRestart, type RestartPolicy } from "./restart-policy.ts";

/** What the supervisor knows of one process; changed only by the functions below. */
export interface ProcessRecord {
  readonly state: ProcessState;
  readonly processId: number | null;
  readonly restarts: number;
  readonly startedAtMs: number | null;
  readonly lastExit: { readonly atMs: number; readonly reason: string } | null;
  readonly nextStartAtMs: number | null;
  /** Deaths that count towards the limit of restarts. */
  readonly deathsAtMs: readonly number[];
  /** It died too often, and has not run for long since. */
  readonly failing: boolean;
}

export const neverStarted: ProcessRecord = {
  state: "stopped",
  processId: null,
  restarts: 0,
  startedAtMs: null,
  lastExit: null,
  nextStartAtMs: null,
  deathsAtMs: [],
  failing: false,
};

/** How one incarnation ended. */
export interface Exit {
  readonly atMs: number;
  readonly reason: string;
  /** It was asked to stop, and stays down. */
  readonly wanted: boolean;
  /** A fault killed it: it comes back at once and does not count, however often somebody clicks. */
  readonly byFault: boolean;
  /** How long the fault keeps it down; null: as briefly as possible. */
  readonly downMs: number | null;
}

export function spawned(record: ProcessRecord, processId: number | null, nowMs: number): ProcessRecord {
  return {
    ...record,
    state: "starting",
    processId,
    startedAtMs: nowMs,
    nextStartAtMs: null,
    restarts: record.lastExit === null ? record.restarts : record.restarts + 1,
  };
}

export function becameReady(record: ProcessRecord): ProcessRecord {
  return { ...record, state: "running" };
}

export function exited(record: ProcessRecord, exit: Exit, policy: RestartPolicy): ProcessRecord {
  const ended = {
    ...record,
    processId: null,
    startedAtMs: null,
    nextStartAtMs: null,
    lastExit: { atMs: exit.atMs, reason: exit.reason },
  };
  if (exit.wanted) return { ...ended, state: "stopped", failing: false };
  const failing = record.failing && exit.atMs - (record.startedAtMs ?? exit.atMs) < policy.withinMs;
  const decision = exit.byFault
    ? { deathsAtMs: record.deathsAtMs, delayMs: exit.downMs ?? policy.firstDelayMs }
    : decideRestart(record.deathsAtMs, exit.atMs, policy);
  const { deathsAtMs, delayMs } = decision;
  if (delayMs !== null && (exit.byFault || !failing))
    return { ...ended, deathsAtMs, failing, state: "backing-off", nextStartAtMs: exit.atMs + delayMs };
  const { restartsMax, withinMs, failedDelayMs } = policy;
  const often = `it died more than ${String(restartsMax)} times in ${seconds(withinMs)}`;
  return {
    ...ended,
    deathsAtMs,
    failing: true,
    state: "failed",
    nextStartAtMs: exit.atMs + failedDelayMs,
    lastExit: { atMs: exit.atMs, reason: `${exit.reason} (${often} and is tried every ${seconds(failedDelayMs)} now)` },
  };
}

/** Stopped while no process was there: during a backoff, or after it had failed. */
export function stoppedWhileDown(record: ProcessRecord): ProcessRecord {
  return { ...record, state: "stopped", nextStartAtMs: null };
}

/** The end of a process in words. `failure` is its own last sentence, where it said one. */
export function exitReason(options: {
  readonly failure: string | null;
  readonly code: number | null;
  readonly signal: string | null;
  readonly byFault: boolean;
}): string {
  if (options.failure !== null) return options.failure;
  if (options.signal !== null) return `killed by ${options.signal}${options.byFault ? " (fault)" : ""}`;
  if (options.code === 0) return "ended by itself";
  return `ended with exit code ${String(options.code)}; its log says more`;
}

export function toSnapshot(name: ProcessName, lane: LaneName | null, record: ProcessRecord): ProcessSnapshot {
  const { state, processId, restarts, lastExit } = record;
  return {
    name,
    lane,
    state,
    processId,
    restarts,
    startedAt: toIso(record.startedAtMs),
    lastExit: lastExit === null ? null : { at: new Date(lastExit.atMs).toISOString(), reason: lastExit.reason },
    nextStartAt: toIso(record.nextStartAtMs),
  };
}

export function seconds(milliseconds: number): string {
  return `${String(milliseconds / 1_000)} s`;
}

function toIso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
