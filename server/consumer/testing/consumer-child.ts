import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChildFailure, ConsumerSettings, FromConsumer, ToConsumer } from "../../processes/messages.ts";
import { consumerMemorySettings } from "../memory-settings.ts";

type Message = FromConsumer | ChildFailure;
type MessageOf<Type extends Message["type"]> = Extract<Message, { type: Type }>;

const entries = {
  embedded: fileURLToPath(new URL("../process.ts", import.meta.url)),
  spark: fileURLToPath(new URL("../spark/process.ts", import.meta.url)),
};

/** The consumer as the supervisor runs it: a forked process that is spoken to over IPC. */
export class ConsumerChild {
  readonly messages: Message[] = [];
  readonly exit: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(settings: ConsumerSettings, engine: keyof typeof entries = "embedded") {
    // oxlint-disable-next-line node/no-process-env -- handed on as it is
    const environment = process.env;
    this.#child = fork(entries[engine], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      execArgv: [...consumerMemorySettings.nodeOptions],
      env: {
        ...environment,
        ...consumerMemorySettings.environment,
        // Compiling is most of a start; what the first one that ends by itself leaves serves the others.
        NODE_COMPILE_CACHE: join(dirname(settings.checkpointDirectory), "compile-cache"),
      },
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#log.push(text));
    this.#child.on("message", (message) => {
      this.messages.push(message as Message);
      for (const watcher of this.#watchers) watcher();
    });
    this.exit = new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
    this.send({ type: "start", settings });
  }

  get log(): string {
    return this.#log.join("");
  }

  send(message: ToConsumer): void {
    this.#child.send(message);
  }

  /** The first message of a type for which `holds`, past or to come; fails when the process ends before. */
  async message<Type extends Message["type"]>(
    type: Type,
    holds: (message: MessageOf<Type>) => boolean = () => true,
  ): Promise<MessageOf<Type>> {
    const find = () => this.messages.find((m): m is MessageOf<Type> => m.type === type && holds(m as MessageOf<Type>));
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const change = new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
      const ended = await Promise.race([change.then(() => false), this.exit.then(() => true)]);
      if (ended && find() === undefined)
        throw new Error(`no "${type}" before the end: ${JSON.stringify(this.messages.at(-1))}\n${this.log}`);
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill(signal);
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }

  get processId(): number {
    return this.#child.pid ?? -1;
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }
}
