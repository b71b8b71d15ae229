import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { messageOf } from "#server/shared/errors.ts";
import type { Logger } from "#server/shared/logger.ts";
import type { SparkInstallation } from "./setup.ts";

/** The parts of StreamingQueryProgress that are read here; the rest travels on as it came. */
const progress = z.looseObject({
  batchId: z.number(),
  stateOperators: z.array(z.looseObject({ numRowsTotal: z.number() })).default([]),
});
export type SparkProgress = z.infer<typeof progress>;

const line = z.union([z.object({ progress }), z.object({ started: z.string() }), z.object({ failed: z.string() })]);

export interface SparkJobOptions {
  readonly installation: SparkInstallation;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly outcomesTopic: string;
  readonly checkpointDirectory: string;
  readonly delayMs: number;
  readonly deduplication: boolean;
  readonly rowsMax: number;
  readonly triggerMs: number;
  readonly logger: Logger;
  readonly onStarted: () => void;
  readonly onProgress: (progress: SparkProgress) => void;
  /** The job's end, whatever ended it; `message` is a sentence. */
  readonly onEnded: (message: string) => void;
}

/** `spark/job.py` as a child. Its standard input stays open: when it closes, the job and its JVM end. */
export class SparkJob {
  readonly processId: number | undefined;
  readonly #child: ChildProcess;

  constructor(options: SparkJobOptions) {
    const { installation, logger } = options;
    const args = [
      // No byte code beside the sources.
      "-B",
      installation.job,
      `--brokers=${options.brokers.join(",")}`,
      `--topic=${options.topic}`,
      `--outcomes=${options.outcomesTopic}`,
      `--checkpoint=${options.checkpointDirectory}`,
      `--jars=${installation.jars.join(",")}`,
      `--delay-ms=${options.delayMs}`,
      `--deduplication=${options.deduplication ? "on" : "off"}`,
      `--rows-max=${options.rowsMax}`,
      `--trigger-ms=${options.triggerMs}`,
    ];
    this.#child = spawn(installation.python, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.processId = this.#child.pid;
    let lastWords = "";
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on("line", (text) => {
        try {
          const said = line.parse(JSON.parse(text));
          if ("progress" in said) options.onProgress(said.progress);
          else if ("started" in said) options.onStarted();
          else lastWords = said.failed;
        } catch (error) {
          logger.debug({ text, detail: messageOf(error) }, "Spark said something else");
        }
      });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => logger.debug({ text }, "Spark"));
    this.#child.once("exit", (code, signal) =>
      options.onEnded(`Spark ended (${signal ?? `code ${code}`})${lastWords === "" ? "" : `: ${lastWords}`}`),
    );
    this.#child.once("error", (error) => options.onEnded(`Spark could not be started: ${error.message}`));
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
