import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { epochFileName, newestOf, removeOlder, writeDurably } from "./epoch-file.ts";
import { encodeFrame, FrameLog, readFrames } from "./frame-log.ts";

/**
 * The offset log or the commit log: frames, of which the last `keep` are kept. Each epoch goes on in a file of its
 * own that starts with a copy of those, and so does the same epoch when the file has grown to `entriesMax`.
 */
export class EntryLog {
  readonly #options: EntryLogOptions;
  readonly #payloads: Buffer[];
  #log: FrameLog;

  private constructor(options: EntryLogOptions, payloads: Buffer[], log: FrameLog) {
    this.#options = options;
    this.#payloads = payloads;
    this.#log = log;
  }

  static async open(options: EntryLogOptions): Promise<EntryLog> {
    const { directory, kind, epoch, keep } = options;
    const previous = newestOf(await readdir(directory), kind);
    const payloads = previous === undefined ? [] : [...(await readFrames(join(directory, previous))).payloads];
    payloads.splice(0, payloads.length - keep);
    const name = epochFileName(kind, epoch);
    const log = await rewrite(options, payloads);
    await removeOlder(directory, kind, name);
    return new EntryLog(options, payloads, log);
  }

  get payloads(): readonly Buffer[] {
    return this.#payloads;
  }

  async append(payload: Buffer): Promise<void> {
    if (this.#payloads.length >= this.#options.entriesMax) {
      this.#payloads.splice(0, this.#payloads.length - this.#options.keep);
      await this.#log.close();
      this.#log = await rewrite(this.#options, this.#payloads);
    }
    await this.#log.append(payload);
    this.#payloads.push(payload);
  }

  async close(): Promise<void> {
    await this.#log.close();
  }
}

export interface EntryLogOptions {
  readonly directory: string;
  readonly kind: "offsets" | "commits";
  readonly epoch: number;
  readonly keep: number;
  readonly entriesMax: number;
}

async function rewrite(options: EntryLogOptions, payloads: readonly Buffer[]): Promise<FrameLog> {
  const name = epochFileName(options.kind, options.epoch);
  await writeDurably(options.directory, name, Buffer.concat(payloads.map(encodeFrame)));
  return FrameLog.append(join(options.directory, name));
}
