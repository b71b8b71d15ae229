import { spawn, type ChildProcess } from "node:child_process";
import type { LaneName, ProcessName } from "#contract/names.ts";
import type { ProcessSnapshot } from "#contract/snapshot.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { ChildFailure, EmbeddedReady, FromConsumer, FromProducer, ToConsumer, ToProducer } from "./messages.ts";
import * as rules from "./process-state.ts";
import type { RestartPolicy } from "./restart-policy.ts";

/** What may be said to each process, and what it says. */
export interface MessagesTo {
  readonly producer: ToProducer;
  readonly broker: never;
  readonly "consumer-protected": ToConsumer;
  readonly "consumer-unprotected": ToConsumer;
  readonly warehouse: never;
}
export interface MessagesFrom {
  readonly producer: FromProducer;
  readonly broker: EmbeddedReady;
  readonly "consumer-protected": FromConsumer;
  readonly "consumer-unprotected": FromConsumer;
  readonly warehouse: EmbeddedReady;
}

export interface ProcessSpec<Name extends ProcessName> {
  readonly name: Name;
  readonly lane: LaneName | null;
  /** The TypeScript file that Node runs. */
  readonly entry: string;
  /** Asked anew for each incarnation: a broker must come back on the port it had. */
  readonly args: () => readonly string[];
  /** Options of its Node, besides those of every child. */
  readonly nodeOptions?: readonly string[];
  /** Added to the environment that every child gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Sent first to each incarnation; asked anew, so that it holds the settings of the moment. */
  readonly startMessage?: () => MessagesTo[Name];
  /** Every message except `failed`, `ready` included. */
  readonly onMessage?: (message: MessagesFrom[Name]) => void;
  /** From the start to `ready`; then it is killed and counts as dead. */
  readonly readyTimeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
}

export interface ProcessSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: RestartPolicy;
  readonly environment: NodeJS.Dict<string>;
  readonly onDied: (name: ProcessName, reason: string) => void;
  readonly onBack: (name: ProcessName) => void;
}

interface Incarnation {
  readonly child: ChildProcess;
  readonly readyTimer: NodeJS.Timeout;
  failure: string | null;
  byFault: boolean;
  /** How long the fault keeps it down; null: as briefly as possible. */
  downMs: number | null;
  ended: boolean;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: DedupscopeError) => void;
}

/** kafkajs sets one negative timeout per connection, which Node takes as 1 ms and would warn about on the terminal. */
const commonNodeOptions = ["--disable-warning=TimeoutNegativeWarning"];

/** One child process through all its incarnations. */
export class ManagedProcess<Name extends ProcessName> {
  readonly #spec: ProcessSpec<Name>;
  readonly #surroundings: ProcessSurroundings;
  #record: rules.ProcessRecord = rules.neverStarted;
  #incarnation: Incarnation | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #stopping = false;
  #starting: Waiter | undefined;
  #stopped: (() => void)[] = [];

  constructor(spec: ProcessSpec<Name>, surroundings: ProcessSurroundings) {
    this.#spec = spec;
    this.#surroundings = surroundings;
  }

  snapshot(): ProcessSnapshot {
    return rules.toSnapshot(this.#spec.name, this.#spec.lane, this.#record);
  }

  /** Resolves when it is ready for the first time, however long that takes; rejects when it is stopped before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
      this.#spawn();
    });
  }

  /** SIGTERM, and SIGKILL when that is not enough. Resolves when it is gone. */
  stop(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#stopping = true;
    const incarnation = this.#incarnation;
    if (incarnation === undefined) {
      this.#record = rules.stoppedWhileDown(this.#record);
      this.#rejectStart();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const deadline = setTimeout(() => incarnation.child.kill("SIGKILL"), this.#spec.stopTimeoutMs);
      this.#stopped.push(() => {
        clearTimeout(deadline);
        resolve();
      });
      incarnation.child.kill("SIGTERM");
    });
  }

  /** For faults: the process gets the signal as if it came from outside. False when it is not there. */
  kill(signal: NodeJS.Signals, downMs?: number): boolean {
    const incarnation = this.#incarnation;
    if (incarnation === undefined) return false;
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") incarnation.byFault = true;
    incarnation.downMs = downMs ?? null;
    return incarnation.child.kill(signal);
  }

  /** False when nobody is there to hear it; what matters is on disk, and the next incarnation reads it there. */
  send(message: MessagesTo[Name]): boolean {
    const child = this.#incarnation?.child;
    if (child?.connected !== true) return false;
    // A child that dies while it is sent to reports that by its exit.
    child.send(message, () => undefined);
    return true;
  }

  #spawn(): void {
    const { entry, args, name, nodeOptions = [], readyTimeoutMs, startMessage } = this.#spec;
    const { clock, environment } = this.#surroundings;
    // Standard output belongs to the parent's ready line. A group of its own, because Ctrl-C is the parent's to handle.
    const child = spawn(process.execPath, [...commonNodeOptions, ...nodeOptions, entry, ...args()], {
      env: { ...environment, ...this.#spec.environment } as NodeJS.ProcessEnv,
      stdio: ["ignore", 2, 2, "ipc"],
      detached: true,
    });
    const readyTimer = setTimeout(() => {
      incarnation.failure ??= `not ready within ${rules.seconds(readyTimeoutMs)}`;
      child.kill("SIGKILL");
    }, readyTimeoutMs);
    const incarnation: Incarnation = { child, readyTimer, failure: null, byFault: false, downMs: null, ended: false };
    this.#incarnation = incarnation;
    this.#record = rules.spawned(this.#record, child.pid ?? null, clock.nowMs());
    this.#surroundings.logger.debug({ child: name, childPid: child.pid }, "process started");
    child.on("message", (message) => {
      this.#received(incarnation, message as MessagesFrom[Name] | ChildFailure);
    });
    child.on("error", (error) => {
      incarnation.failure ??= `cannot be started: ${messageOf(error)}`;
      if (child.pid === undefined) this.#ended(incarnation, null, null);
    });
    // Not "exit": the last message may still be in the channel then.
    child.on("close", (code, signal) => {
      this.#ended(incarnation, code, signal);
    });
    if (startMessage !== undefined) this.send(startMessage());
  }

  #received(incarnation: Incarnation, message: MessagesFrom[Name] | ChildFailure): void {
    if (message.type === "failed") {
      incarnation.failure = message.message;
      return;
    }
    if (message.type === "ready" && this.#record.state === "starting") {
      clearTimeout(incarnation.readyTimer);
      const back = this.#record.restarts > 0;
      this.#record = rules.becameReady(this.#record);
      this.#starting?.resolve();
      this.#starting = undefined;
      if (back) this.#surroundings.onBack(this.#spec.name);
    }
    this.#spec.onMessage?.(message);
  }

  #ended(incarnation: Incarnation, code: number | null, signal: string | null): void {
    if (incarnation.ended) return;
    incarnation.ended = true;
    clearTimeout(incarnation.readyTimer);
    this.#incarnation = undefined;
    const { clock, policy, logger, onDied } = this.#surroundings;
    const { byFault, downMs, failure } = incarnation;
    const reason = rules.exitReason({ failure, code, signal, byFault });
    const exit = { atMs: clock.nowMs(), reason, wanted: this.#stopping, byFault, downMs };
    this.#record = rules.exited(this.#record, exit, policy);
    for (const resolve of this.#stopped.splice(0)) resolve();
    if (exit.wanted) {
      this.#rejectStart();
      return;
    }
    const { name } = this.#spec;
    const told = this.#record.lastExit?.reason ?? reason;
    logger.warn({ child: name, state: this.#record.state }, `${name} died: ${told}`);
    onDied(name, told);
    this.#restartLater();
  }

  #restartLater(): void {
    const { nextStartAtMs, lastExit } = this.#record;
    if (nextStartAtMs === null || lastExit === null) return;
    // Whoever heard of the death may have stopped it meanwhile.
    if (this.#stopping) return;
    this.#restartTimer = setTimeout(() => {
      this.#spawn();
    }, nextStartAtMs - lastExit.atMs);
  }

  #rejectStart(): void {
    this.#starting?.reject(new DedupscopeError("process-failed", `${this.#spec.name} was stopped before it was ready`));
    this.#starting = undefined;
  }
}
