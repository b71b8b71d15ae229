import type { ProcessName } from "#contract/names.ts";
import type { ProcessSnapshot } from "#contract/snapshot.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import { ManagedProcess, type MessagesTo, type ProcessSpec, type ProcessSurroundings } from "./managed-process.ts";
import { restartPolicy, type RestartPolicy } from "./restart-policy.ts";

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the children get as their environment. */
  readonly environment: NodeJS.Dict<string>;
  /** Where Node keeps compiled code, so that a restart is quick. */
  readonly compileCacheDirectory: string;
  readonly policy?: RestartPolicy;
  /** A process died that nobody stopped; `reason` in words for a person. */
  readonly onDied: (name: ProcessName, reason: string) => void;
  /** A process that had died is ready again. */
  readonly onBack: (name: ProcessName) => void;
}

/** Keeps the children running; says of each how it is. */
export class Supervisor {
  readonly #surroundings: ProcessSurroundings;
  readonly #processes = new Map<ProcessName, Managed>();
  #ended = false;

  constructor(options: SupervisorOptions) {
    const { clock, logger, environment, compileCacheDirectory, policy = restartPolicy, onDied, onBack } = options;
    this.#surroundings = {
      clock,
      logger,
      policy,
      environment: { ...environment, NODE_COMPILE_CACHE: compileCacheDirectory },
      onDied,
      onBack,
    };
  }

  /**
   * Starts a process that is not there (never started or stopped). Resolves when it is ready, however often it must be
   * tried; rejects with `process-failed` when it is stopped before.
   */
  start<Name extends ProcessName>(spec: ProcessSpec<Name>): Promise<void> {
    if (this.#ended) return Promise.reject(new DedupscopeError("process-failed", `${spec.name}: everything stops now`));
    const state = this.#processes.get(spec.name)?.snapshot().state;
    if (state !== undefined && state !== "stopped")
      throw new Error(`${spec.name} is ${state}: stop it before it is started with other settings`);
    const managed = new ManagedProcess(spec, this.#surroundings);
    this.#processes.set(spec.name, managed as unknown as Managed);
    return managed.start();
  }

  /** SIGTERM, and SIGKILL when that is not enough. Resolves when the process is gone. */
  async stop(name: ProcessName): Promise<void> {
    await this.#processes.get(name)?.stop();
  }

  /** Nothing is started after this. */
  async stopAll(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#processes.values().map((managed) => managed.stop()));
  }

  /** For faults. A process that dies of it is started again at once, or after `downMs`. False when it is not there. */
  kill(name: ProcessName, signal: NodeJS.Signals, downMs?: number): boolean {
    return this.#processes.get(name)?.kill(signal, downMs) ?? false;
  }

  /** False when the process is not there to hear it. */
  send<Name extends ProcessName>(name: Name, message: MessagesTo[Name]): boolean {
    return this.#processes.get(name)?.send(message) ?? false;
  }

  /** Every process that was ever started, in the order of starting. */
  snapshots(): readonly ProcessSnapshot[] {
    return this.#processes
      .values()
      .map((managed) => managed.snapshot())
      .toArray();
  }
}

/** A process of any name; `send` is checked against the name by the supervisor's own signature. */
interface Managed {
  readonly snapshot: () => ProcessSnapshot;
  readonly stop: () => Promise<void>;
  readonly kill: (signal: NodeJS.Signals, downMs?: number) => boolean;
  readonly send: (message: MessagesTo[ProcessName]) => boolean;
}
