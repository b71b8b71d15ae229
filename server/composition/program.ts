import { limits } from "#contract/limits.ts";
import type { RunRequest, SimulatorRequest } from "#contract/api.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import type { Config } from "../config.ts";
import { openAppDatabase } from "../ledger/app-database.ts";
import { FaultsLedger } from "../ledger/app-faults.ts";
import { HistoryLedger } from "../ledger/app-history.ts";
import { RunsLedger, type RunRecord } from "../ledger/app-runs.ts";
import { SettingsLedger } from "../ledger/app-settings.ts";
import type { createSocket } from "../live/socket.ts";
import type { Supervisor } from "../processes/supervisor.ts";
import type { Clock } from "../shared/clock.ts";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import { Broadcaster } from "./broadcaster.ts";
import { createBrokerLink, type BrokerLink } from "./broker-link.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Backends } from "./embedded-servers.ts";
import { describeLayers, embeddedCycleMs, externalCycleMs } from "./layers.ts";
import { rememberedRate } from "./remembered-rate.ts";
import { repeat } from "./repeat.ts";
import { RunRegistry } from "./run-registry.ts";
import { Run } from "./run.ts";

export type Socket = ReturnType<typeof createSocket>;

export interface ProgramPorts {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly backends: Backends;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The present run with all that watches it, and the way from one run to the next. */
export class Program {
  readonly ledger: RunsLedger;
  readonly #ports: ProgramPorts;
  readonly #database: ReturnType<typeof openAppDatabase>;
  readonly #faults: FaultsLedger;
  readonly #history: HistoryLedger;
  readonly #settings: SettingsLedger;
  readonly #registry: RunRegistry;
  readonly #link: BrokerLink;
  #run: Run;
  #broadcaster: Broadcaster;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loops: readonly (() => Promise<void>)[] = [];
  #changing = false;

  constructor(ports: ProgramPorts) {
    const { config, directory, backends, clock, logger, random } = ports;
    this.#ports = ports;
    this.#database = openAppDatabase(directory.appFile);
    this.ledger = new RunsLedger(this.#database);
    this.#faults = new FaultsLedger(this.#database);
    this.#history = new HistoryLedger(this.#database);
    this.#settings = new SettingsLedger(this.#database);
    this.#link = createBrokerLink({ connection: backends.kafka, clock, logger });
    const { warehouse } = backends;
    this.#registry = new RunRegistry({
      ledger: this.ledger,
      directory,
      clock,
      logger,
      link: this.#link,
      warehouse,
      random,
    });
    this.#run = this.#openRun(this.#registry.current(config));
    this.#broadcaster = this.#createBroadcaster(0);
  }

  get run(): Run {
    return this.#run;
  }

  get broadcaster(): Broadcaster {
    return this.#broadcaster;
  }

  layers(): Snapshot["layers"] {
    const { config, backends } = this.#ports;
    const { kafka, warehouse } = backends;
    return describeLayers({ config, kafka, warehouse, partitions: this.#run.record.partitions });
  }

  /** Starts the run and the watching. Resolves at once; what cannot start is an alarm on the page and in the log. */
  start(socket: Socket): void {
    this.#socket = socket;
    this.#startRun();
  }

  setSimulator(request: SimulatorRequest): Snapshot["simulator"] {
    this.#run.setSimulator(request);
    const { running, ratePerSecond } = this.#run.simulator.state();
    rememberedRate(this.#settings, this.#ports.config.ratePerSecond).set({ running, ratePerSecond });
    return { running, ratePerSecond };
  }

  /** Drains the run, keeps its last snapshot, and begins another from zero. */
  async newRun({ seed }: RunRequest): Promise<{ readonly id: string }> {
    if (this.#changing) throw new DedupscopeError("cannot-act-now", "a new run is being started already; wait for it");
    this.#changing = true;
    try {
      const speed = this.#rememberedSpeed();
      await this.#run.drain();
      await this.#stopRun();
      const next = this.#createRecord(seed);
      this.#run = this.#openRun(next.record, speed);
      this.#broadcaster = this.#createBroadcaster(this.#broadcaster.snapshot().seq + 1);
      this.#startRun();
      if (next.refusal !== null) throw next.refusal;
      void this.#registry.removeOld();
      return { id: next.record.runId };
    } finally {
      this.#changing = false;
    }
  }

  /** The record of the next run; the present one with the reason when it cannot be kept. */
  #createRecord(seed: number | undefined): { readonly record: RunRecord; readonly refusal: DedupscopeError | null } {
    const { partitions, seed: configured } = this.#ports.config;
    const { id } = this.#run;
    // As it is kept: log starts and protections came after the run was opened.
    const present = this.ledger.list().find(({ runId }) => runId === id) ?? this.#run.record;
    try {
      this.#database.exec("begin immediate");
      const record = this.#registry.create({ seed: seed ?? configured, partitions });
      this.#registry.end(present.runId, this.#broadcaster.snapshot());
      this.#database.exec("commit");
      return { record, refusal: null };
    } catch (error) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec("rollback");
      const message = `a new run cannot be started (${messageOf(error)}); the present one goes on`;
      return { record: present, refusal: new DedupscopeError("data-directory", message, { cause: error }) };
    }
  }

  /** Ends the run's processes and closes its files; the embedded servers are the caller's. */
  async stop(): Promise<void> {
    await this.#stopRun();
    await this.#link.close();
    this.#database.close();
  }

  #openRun(record: RunRecord, speed = this.#rememberedSpeed()): Run {
    const { config, directory, backends, supervisor, clock, logger } = this.#ports;
    const { kafka, warehouse, kafkaReady, warehouseReady } = backends;
    return new Run(
      {
        config,
        clock,
        logger,
        supervisor,
        kafka,
        warehouse,
        kafkaReady,
        warehouseReady,
        link: this.#link,
        runs: this.ledger,
        faults: this.#faults,
        onFault: (faultId, title) => {
          const at = new Date(clock.nowMs()).toISOString();
          this.#socket?.moment({ kind: "fault", at, faultId, title });
        },
      },
      { record, directory: directory.runDirectory(record.runId), ...speed },
    );
  }

  #rememberedSpeed() {
    return rememberedRate(this.#settings, this.#ports.config.ratePerSecond).get();
  }

  #createBroadcaster(firstSeq: number): Broadcaster {
    const { clock, logger, supervisor } = this.#ports;
    return new Broadcaster(
      {
        run: this.#run,
        clock,
        logger,
        history: this.#history,
        layers: () => this.layers(),
        processes: () => supervisor.snapshots(),
        watching: () => this.#socket?.watching() ?? 0,
      },
      firstSeq,
    );
  }

  #startRun(): void {
    const { config } = this.#ports;
    const run = this.#run;
    const socket = this.#socket;
    void run.begin();
    if (socket !== undefined) {
      socket.series(this.#broadcaster.everything().series);
      socket.tape(this.#broadcaster.everything().tape);
      this.#timer = setInterval(() => {
        this.#broadcaster.tick(socket);
      }, limits.snapshotIntervalMs);
    }
    this.#loops = [
      repeat(() => run.pollBroker(), limits.snapshotIntervalMs),
      repeat(() => run.cycleWarehouse(), config.bigquery === null ? embeddedCycleMs : externalCycleMs),
    ];
  }

  async #stopRun(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#loops.map((stop) => stop()));
    await this.#run.stop();
  }
}
