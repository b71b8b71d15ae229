import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { KafkaConnection } from "#server/shared/connections.ts";
import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import { authoritiesForJava, kafkaOptions } from "./kafka-options.ts";
import { question, type SparkQuestion } from "./questions.ts";
import type { SparkInstallation } from "./setup.ts";

/** Spark has a level for the topic, and null before the first batch. */
const offsets = z
  .record(z.string(), z.record(z.string(), z.number()))
  .nullable()
  .transform((topics) => Object.fromEntries(Object.values(topics ?? {}).flatMap((ends) => Object.entries(ends))));

/** The parts of StreamingQueryProgress that are read here; the rest travels on as it came. */
const progress = z.looseObject({
  batchId: z.number(),
  stateOperators: z.array(z.looseObject({ numRowsTotal: z.number() })).default([]),
  sources: z.array(z.looseObject({ startOffset: offsets, endOffset: offsets, latestOffset: offsets })),
});
export type SparkProgress = z.infer<typeof progress>;

const line = z.union([
  z.object({ progress }),
  z.object({ started: z.string() }),
  z.object({ failed: z.string() }),
  z.object({ trouble: z.string().nullable() }),
  question,
]);

export interface SparkJobSettings {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly master: string;
  readonly checkpointDirectory: string;
  /** Locked by the job while it lives. */
  readonly lockFile: string;
  /** The job's alone, emptied when it starts: a killed Spark leaves its temporary files behind. */
  readonly scratchDirectory: string;
  /** Of the consumer's own checkpoint: what was written under another one is not this query's. */
  readonly checkpointId: string;
  readonly delayMs: number;
  readonly deduplication: boolean;
  readonly rowsMax: number;
  readonly triggerMs: number;
  readonly sink:
    | { readonly kind: "topic"; readonly topic: string }
    | {
        readonly kind: "load-jobs";
        readonly projectId: string;
        readonly location: string;
        readonly apiEndpoint: string | null;
        readonly dataset: string;
      };
}

export interface SparkJobOptions {
  readonly installation: SparkInstallation;
  readonly settings: SparkJobSettings;
  readonly logger: Logger;
  readonly onStarted: () => void;
  readonly onProgress: (progress: SparkProgress) => void;
  /** The warehouse takes no rows, and why; null when it does again. */
  readonly onTrouble: (text: string | null) => void;
  /** The job waits for the answer, and asks nothing else meanwhile. */
  readonly onQuestion: (question: SparkQuestion) => Promise<object>;
  /** The job's end, whatever ended it; `message` is a sentence. */
  readonly onEnded: (message: string) => void;
}

/** `spark/job.py` as a child. Its standard input stays open: when it closes, the job and its JVM end. */
export class SparkJob {
  readonly #child: ChildProcess;
  readonly #options: SparkJobOptions;
  #lastWords = "";

  constructor(options: SparkJobOptions) {
    this.#options = options;
    const { installation, logger } = options;
    // No byte code beside the sources.
    this.#child = spawn(installation.python, ["-B", installation.job], { stdio: ["pipe", "pipe", "pipe"] });
    const { stdin, stdout, stderr } = this.#child;
    // A job that has ended hears nothing; its end says so.
    stdin?.on("error", (error) => logger.debug({ detail: error.message }, "Spark does not listen"));
    const { kafka, checkpointDirectory, lockFile, scratchDirectory, ...settings } = options.settings;
    const places = { checkpoint: checkpointDirectory, lock: lockFile, scratch: scratchDirectory };
    // By the pipe, because a command line is for everybody on the machine to read.
    this.#tell({ ...settings, ...places, jars: installation.jars, kafka: kafkaOptions(kafka, authoritiesForJava()) });
    if (stdout !== null) createInterface({ input: stdout }).on("line", (text) => this.#hear(text));
    stderr?.setEncoding("utf8").on("data", (text: string) => logger.debug({ text }, "Spark"));
    this.#child.once("close", (code, signal) =>
      options.onEnded(
        `Spark ended (${signal ?? `code ${code}`})${this.#lastWords === "" ? "" : `: ${this.#lastWords}`}`,
      ),
    );
    this.#child.once("error", (error) => options.onEnded(`Spark could not be started: ${error.message}`));
  }

  /** Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.stdin?.end();
    await closed;
  }

  #tell(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #hear(text: string): void {
    const { logger, onProgress, onStarted, onTrouble } = this.#options;
    let said;
    try {
      said = line.parse(JSON.parse(text));
    } catch (error) {
      logger.debug({ text, detail: messageOf(error) }, "Spark said something else");
      return;
    }
    if ("progress" in said) onProgress(said.progress);
    else if ("started" in said) onStarted();
    else if ("trouble" in said) onTrouble(said.trouble);
    // What failed first is the reason of what fails after it.
    else if ("failed" in said) this.#lastWords ||= said.failed;
    else void this.#answer(said);
  }

  async #answer(asked: SparkQuestion): Promise<void> {
    try {
      this.#tell(await this.#options.onQuestion(asked));
    } catch (error) {
      this.#lastWords ||= messageOf(error);
      void this.stop();
    }
  }
}
