import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ProtectionsRequest, SimulatorRequest } from "#contract/api.ts";
import { laneNames, type LaneName, type Protections } from "#contract/names.ts";
import { openAttemptsReader, type AttemptsReader } from "../ledger/attempts-reader.ts";
import type { RunRecord } from "../ledger/app-runs.ts";
import { openIntentsReader, type IntentsReader } from "../ledger/intents-reader.ts";
import { openIntentsWriter, type IntentsWriter } from "../ledger/intents-writer.ts";
import { messageOf } from "../shared/errors.ts";
import { Simulator } from "../simulator/simulator.ts";
import { drain, undrained } from "./drain.ts";
import { createRunFaults, type RunFaults } from "./faults/run-faults.ts";
import { embeddedCycleMs, externalCycleMs } from "./layers.ts";
import { RunAlarms } from "./run-alarms.ts";
import { createRunLane, type RunLane } from "./run-lane.ts";
import { RunStart } from "./run-start.ts";
import type { RunSurroundings } from "./run-surroundings.ts";
import { refuseIdleSwitch } from "./spark-engine.ts";

export interface RunOptions {
  readonly record: RunRecord;
  readonly directory: string;
  readonly ratePerSecond: number;
  readonly running: boolean;
}

const drainStillMsMin = 4_000;

/** A broker that has not answered for this long is an alarm. */
const patienceMs = 2_000;

/** One run: its ledgers, its simulator, its lanes, and the processes that work for it. */
export class Run {
  readonly id: string;
  readonly record: RunRecord;
  readonly simulator: Simulator;
  readonly intents: IntentsReader;
  readonly attempts: AttemptsReader;
  readonly lanes: Readonly<Record<LaneName, RunLane>>;
  readonly faults: RunFaults;
  readonly #alarms = new RunAlarms();
  readonly #surroundings: RunSurroundings;
  readonly #directory: string;
  readonly #writer: IntentsWriter;
  #protections: Readonly<Record<LaneName, Protections>>;
  readonly #stopping = new AbortController();
  readonly #start: RunStart;

  constructor(surroundings: RunSurroundings, options: RunOptions) {
    const { record, directory } = options;
    const { clock } = surroundings;
    mkdirSync(directory, { recursive: true });
    this.#surroundings = surroundings;
    this.#directory = directory;
    this.id = record.runId;
    this.record = record;
    this.#protections = record.protections;
    this.#writer = openIntentsWriter(this.#file("intents"));
    this.intents = openIntentsReader(this.#file("intents"));
    this.attempts = openAttemptsReader(this.#file("attempts"));
    this.simulator = new Simulator({
      ledger: this.#writer,
      clock,
      timer: startTimer,
      seed: record.seed,
      partitions: record.partitions,
      ratePerSecond: options.ratePerSecond,
      running: options.running,
      onPlanned: (lastBatchId) => surroundings.supervisor.send("producer", { type: "plan-advanced", lastBatchId }),
      onAlarm: (text) => {
        this.#alarms.set("simulator", text);
      },
    });
    this.lanes = { protected: this.#createLane("protected"), unprotected: this.#createLane("unprotected") };
    this.faults = this.#createFaults();
    this.#start = new RunStart({
      surroundings,
      record,
      lanes: this.lanes,
      faults: this.faults,
      alarms: this.#alarms,
      protections: () => this.#protections,
      ledgerFiles: { intentsFile: this.#file("intents"), attemptsFile: this.#file("attempts") },
      ended: this.#stopping.signal,
    });
  }

  /** Payments are made at once; the processes start as soon as what they work on is there. */
  async begin(): Promise<void> {
    this.simulator.start();
    await this.#start.begin();
  }

  /** Why the run cannot go on now: who does not answer, or has not been started. */
  get obstacles(): readonly string[] {
    const known = new Set(this.#surroundings.supervisor.snapshots().map(({ name }) => name));
    const needed = ["producer", ...laneNames.map((lane) => `consumer-${lane}` as const)] as const;
    const missing = needed.filter((name) => !known.has(name)).map((name) => `${name} is not started yet`);
    return [...this.#alarms.silences(), ...missing];
  }

  /** What somebody must look at, in words. */
  get alarms(): readonly string[] {
    const unreadable = Object.values(this.lanes).flatMap((lane) => lane.observer.alarms());
    return [...this.#alarms.list(), ...unreadable];
  }

  protections(lane: LaneName): Protections {
    return this.#protections[lane];
  }

  /** Each switch takes effect at its layer's own boundary; what was said is kept at once. Errors: cannot-act-now. */
  setProtections(lane: LaneName, request: ProtectionsRequest): Protections {
    const { supervisor, runs, config } = this.#surroundings;
    refuseIdleSwitch(config, this.#protections[lane], request);
    const given = Object.fromEntries(Object.entries(request).filter(([, on]) => on !== undefined));
    const next: Protections = { ...this.#protections[lane], ...given };
    this.#protections = { ...this.#protections, [lane]: next };
    runs.setProtections(this.id, this.#protections);
    if (request.idempotence !== undefined) {
      supervisor.send("producer", { type: "set-idempotence", lane, on: request.idempotence });
    }
    const { deduplication, insertIds } = next;
    supervisor.send(`consumer-${lane}`, { type: "set-protections", protections: { deduplication, insertIds } });
    return next;
  }

  setSimulator({ running, ratePerSecond }: SimulatorRequest): void {
    if (ratePerSecond !== undefined) this.simulator.setRate(ratePerSecond);
    if (running === true) this.simulator.resume();
    if (running === false) this.simulator.pause();
  }

  /** One cycle of each lane's warehouse, one after the other: they share its single writer. */
  async cycleWarehouse(): Promise<void> {
    for (const lane of Object.values(this.lanes)) {
      if (!this.#start.isPrepared(lane.name)) continue;
      try {
        await lane.watch.cycle();
        const failure = lane.watch.output?.failure ?? null;
        if (failure === null) {
          await lane.decisions.ship();
          await this.faults.count(lane.name);
        }
        this.#alarms.set(`warehouse ${lane.name}`, failure === null ? null : `${lane.name} lane: ${failure}`);
      } catch (error) {
        this.#alarms.set(`warehouse ${lane.name}`, `the warehouse of the ${lane.name} lane: ${messageOf(error)}`);
      }
    }
  }

  async pollBroker(): Promise<void> {
    await Promise.all(Object.values(this.lanes).map((lane) => lane.observer.pollBroker()));
    if (this.#start.topicsReady) this.#judgeBroker();
    this.faults.tick();
  }

  #judgeBroker(): void {
    const { clock, kafka } = this.#surroundings;
    const troubles = Object.values(this.lanes).flatMap((lane) => lane.observer.brokerTrouble ?? []);
    const worst = troubles.find(({ sinceMs }) => clock.nowMs() - sinceMs >= patienceMs);
    const since = new Date(worst?.sinceMs ?? 0).toISOString();
    const text = `the broker at ${kafka.brokers.join(", ")} does not answer since ${since}: ${worst?.reason ?? ""}`;
    this.#alarms.set("broker", worst === undefined ? null : text);
  }

  /** Waits until everything that was intended is booked and judged, at most for a while. */
  async drain(): Promise<void> {
    this.simulator.pause();
    const { clock, config } = this.#surroundings;
    // Two cycles of the warehouse without any progress: a layer is down.
    const cycleMs = config.bigquery === null ? embeddedCycleMs : externalCycleMs;
    await drain({
      clock,
      stillMs: Math.max(drainStillMsMin, 2 * cycleMs),
      rest: () => undrained(Object.values(this.lanes), this),
    });
  }

  /** Stops what works for this run and closes its files; everything is on disk. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.simulator.stop();
    const { supervisor } = this.#surroundings;
    await Promise.all([supervisor.stop("producer"), ...laneNames.map((lane) => supervisor.stop(`consumer-${lane}`))]);
    for (const lane of Object.values(this.lanes)) lane.reader.close();
    this.intents.close();
    this.attempts.close();
    this.#writer.close();
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.sqlite`);
  }

  #createLane(lane: LaneName): RunLane {
    const { clock, logger, link, kafka, warehouse, supervisor } = this.#surroundings;
    return createRunLane({
      runId: this.id,
      lane,
      directory: this.#directory,
      clock,
      logger,
      link,
      warehouse,
      intents: this.intents,
      attempts: this.attempts,
      protections: () => this.#protections[lane],
      faultOfBatch: (batchId) => this.faults.faultOfBatch(lane, batchId),
      down: () => this.#alarms.down(lane, kafka.brokers.join(", "), supervisor.snapshots()),
    });
  }

  #createFaults(): RunFaults {
    const { faults: ledger, onFault } = this.#surroundings;
    return createRunFaults({
      ...this.#surroundings,
      runId: this.id,
      ledger,
      attempts: this.attempts,
      intents: this.intents,
      simulator: this.simulator,
      lanes: this.lanes,
      ended: this.#stopping.signal,
      onInjected: onFault,
      onTrouble: (text) => {
        this.#alarms.set("faults", text);
      },
    });
  }
}

function startTimer(callback: () => void, everyMs: number): () => void {
  const timer = setInterval(callback, everyMs);
  return () => {
    clearInterval(timer);
  };
}
