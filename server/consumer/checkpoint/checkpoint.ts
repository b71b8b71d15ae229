import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#server/shared/clock.ts";
import { DedupscopeError } from "#server/shared/errors.ts";
import { consumerLimits } from "../limits.ts";
import { decodeCommit, decodePlan, encodeEntry, type BatchCommit, type BatchPlan } from "./entries.ts";
import { EntryLog } from "./entry-log.ts";
import { newestEpoch, newestOf, writeDurably } from "./epoch-file.ts";
import { encodeFrame } from "./frame-log.ts";
import { JsonFields } from "./json-fields.ts";
import { Lease } from "./lease.ts";

/** Layout of a consumer's directory. The lease and the sink's journal outlive a deleted checkpoint. */
export const checkpointPaths = {
  checkpoint: "checkpoint",
  identity: "checkpoint.json",
  lease: "lease.sqlite",
  sink: "sink.sqlite",
} as const;

/** Of the entry whose first half is left; any size does. */
const tornPayloadBytes = 256;

/** Who keeps the state and the offsets behind the commit log; another one cannot go on from it. */
const engines = ["embedded", "spark-topic", "spark-load-jobs"] as const;
export type Engine = (typeof engines)[number];

/** What `checkpoint.json` says. */
export interface CheckpointIdentity {
  readonly format: 1;
  readonly checkpointId: string;
  readonly topic: string;
  readonly engine: Engine;
}

export interface CheckpointOptions {
  readonly directory: string;
  readonly topic: string;
  /** Default "embedded". */
  readonly engine?: Engine;
  readonly clock: Clock;
  /** How long to wait for another engine to let go. */
  readonly leaseWaitMs?: number;
}

/** What the micro-batch loop needs of a checkpoint. */
export interface BatchLogs {
  readonly epoch: number;
  readonly lastCommit: BatchCommit | null;
  /** A batch that was planned and not committed: it is run again exactly as planned. */
  readonly openPlan: BatchPlan | null;
  readonly logPlan: (plan: BatchPlan) => Promise<void>;
  readonly commit: (commit: BatchCommit) => Promise<void>;
}

/**
 * The offset log and the commit log of one lane (ARCHITECTURE.md C1, C7), under a lease. Where the state of batch k is
 * kept is the state store's business; its mark travels in the commit entry.
 */
export class Checkpoint implements BatchLogs {
  readonly checkpointId: string;
  readonly stateDirectory: string;
  readonly #lease: Lease;
  readonly #plans: EntryLog;
  readonly #commits: EntryLog;
  #lastCommit: BatchCommit | null;
  #openPlan: BatchPlan | null;

  private constructor(parts: {
    checkpointId: string;
    stateDirectory: string;
    lease: Lease;
    plans: EntryLog;
    commits: EntryLog;
  }) {
    this.checkpointId = parts.checkpointId;
    this.stateDirectory = parts.stateDirectory;
    this.#lease = parts.lease;
    this.#plans = parts.plans;
    this.#commits = parts.commits;
    const commit = parts.commits.payloads.at(-1);
    this.#lastCommit = commit === undefined ? null : decodeCommit(commit);
    const plan = parts.plans.payloads.at(-1);
    this.#openPlan = openPlanOf(plan === undefined ? null : decodePlan(plan), this.#lastCommit?.batchId ?? -1);
  }

  static async open(options: CheckpointOptions): Promise<Checkpoint> {
    const directory = join(options.directory, checkpointPaths.checkpoint);
    await mkdir(directory, { recursive: true });
    const lease = await Lease.take(join(options.directory, checkpointPaths.lease), {
      clock: options.clock,
      waitMs: options.leaseWaitMs ?? consumerLimits.leaseWaitMs,
      epochFloor: newestEpoch(await readdir(directory)),
    });
    try {
      const { checkpointId } = await identityOf(directory, options);
      const log = (kind: "offsets" | "commits") =>
        EntryLog.open({
          directory,
          kind,
          epoch: lease.epoch,
          keep: consumerLimits.historyBatchesMax,
          entriesMax: consumerLimits.logEntriesMax,
        });
      const commits = await log("commits");
      const plans = await log("offsets");
      try {
        return new Checkpoint({ checkpointId, stateDirectory: directory, lease, plans, commits });
      } catch (error) {
        await Promise.all([commits.close(), plans.close()]);
        throw error;
      }
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  get epoch(): number {
    return this.#lease.epoch;
  }

  get lastCommit(): BatchCommit | null {
    return this.#lastCommit;
  }

  get openPlan(): BatchPlan | null {
    return this.#openPlan;
  }

  assertHeld(): void {
    this.#lease.assertHeld();
  }

  async logPlan(plan: BatchPlan): Promise<void> {
    this.#lease.assertHeld();
    await this.#plans.append(encodeEntry(plan));
    this.#openPlan = plan;
  }

  async commit(commit: BatchCommit): Promise<void> {
    this.#lease.assertHeld();
    await this.#commits.append(encodeEntry(commit));
    this.#lastCommit = commit;
    this.#openPlan = null;
  }

  async close(): Promise<void> {
    await this.#plans.close();
    await this.#commits.close();
    this.#lease.release();
  }
}

function openPlanOf(plan: BatchPlan | null, committedBatchId: number): BatchPlan | null {
  if (plan === null || plan.batchId <= committedBatchId) return null;
  if (plan.batchId === committedBatchId + 1) return plan;
  throw new DedupscopeError(
    "checkpoint-damaged",
    `the offset log is at batch ${plan.batchId}, but the commit log ends at ${committedBatchId}; ` +
      `restore the checkpoint, or delete it to read the topic again from its start`,
  );
}

async function identityOf(
  directory: string,
  { topic, engine = "embedded" }: Pick<CheckpointOptions, "topic" | "engine">,
): Promise<CheckpointIdentity> {
  const present = await readIdentity(directory);
  if (present === null) {
    const created: CheckpointIdentity = { format: 1, checkpointId: randomUUID(), topic, engine };
    await writeDurably(directory, checkpointPaths.identity, Buffer.from(JSON.stringify(created)));
    return created;
  }
  if (present.topic !== topic)
    throw new DedupscopeError(
      "checkpoint-damaged",
      `${directory} is the checkpoint of topic ${present.topic}, not of ${topic}; give another checkpoint directory`,
    );
  if (present.engine !== engine)
    throw new DedupscopeError(
      "checkpoint-damaged",
      `this run's checkpoint was made by the engine ${present.engine}, and ${engine} cannot go on from it; begin a new ` +
        `run, or start the program with the settings that it had (CONSUMER_ENGINE, SPARK_SINK)`,
    );
  return present;
}

/** Null when there is no checkpoint yet. */
async function readIdentity(checkpointDirectory: string): Promise<CheckpointIdentity | null> {
  const file = join(checkpointDirectory, checkpointPaths.identity);
  if (!existsSync(file)) return null;
  return parseIdentity(await readFile(file, "utf8"), file);
}

export function parseIdentity(text: string, file: string): CheckpointIdentity {
  try {
    const fields = JsonFields.parse(text);
    const format = fields.number("format");
    const engine = engines.find((candidate) => candidate === fields.text("engine"));
    if (format !== 1 || engine === undefined) throw new TypeError("its format or its engine is not known");
    return { format, checkpointId: fields.text("checkpointId"), topic: fields.text("topic"), engine };
  } catch (error) {
    throw new DedupscopeError("checkpoint-damaged", `${file} cannot be read; delete the checkpoint to start anew`, {
      cause: error,
    });
  }
}

/** Loses a dead consumer's checkpoint; the sink's journal stays, for what was inserted was inserted. */
export function deleteCheckpoint(directory: string): void {
  rmSync(join(directory, checkpointPaths.checkpoint), { recursive: true, force: true });
}

/** Leaves half of a frame at the end of a dead consumer's newest log of a kind; false when there is none. */
export function tearCheckpoint(directory: string, log: "offsets" | "commits" | "state"): boolean {
  const checkpoint = join(directory, checkpointPaths.checkpoint);
  const name = newestOf(readdirSync(checkpoint), log);
  if (name === undefined) return false;
  const frame = encodeFrame(Buffer.alloc(tornPayloadBytes, "{"));
  appendFileSync(join(checkpoint, name), frame.subarray(0, frame.length / 2));
  return true;
}
