import type { LaneName } from "#contract/names.ts";
import type { Config } from "../config.ts";
import type { ControlRoom } from "../live/control-room.ts";
import { createMetrics } from "../live/metrics.ts";
import type { Supervisor } from "../processes/supervisor.ts";
import type { Clock } from "../shared/clock.ts";
import type { Backends } from "./embedded-servers.ts";
import { bookLatePayment } from "./book-late-payment.ts";
import { configDocument } from "./config-document.ts";
import { consumerDocument } from "./consumer-document.ts";
import { tracePayment } from "./payment-trace.ts";
import type { Program } from "./program.ts";
import { reconciliationDocument } from "./reconciliation-document.ts";

export interface ControlRoomPorts {
  readonly clock: Clock;
  readonly program: Program;
  readonly config: Config;
  readonly backends: Backends;
  readonly supervisor: Supervisor;
}

const lastBatches = 100;

/** What the HTTP API may ask, answered by the parts of the present run. */
export function createControlRoom({ clock, program, config, backends, supervisor }: ControlRoomPorts): ControlRoom {
  const metrics = createMetrics();
  const batchesOf = (lane: LaneName) => {
    const { reader } = program.run.lanes[lane];
    return reader.progressAfter((reader.read()?.batchId ?? 0) - lastBatches);
  };
  const consumerOf = (lane: LaneName) => {
    const { reader, observer } = program.run.lanes[lane];
    return consumerDocument(reader.read(), observer.logEnds, clock.nowMs());
  };
  return {
    health: () => {
      const processes = supervisor
        .snapshots()
        .filter((entry) => entry.state !== "running")
        .map(
          (entry) => `${entry.name} is ${entry.state}${entry.lastExit === null ? "" : `: ${entry.lastExit.reason}`}`,
        );
      const reasons = [...processes, ...program.run.obstacles];
      return { healthy: reasons.length === 0, reasons };
    },
    snapshot: () => program.broadcaster.snapshot(),
    finalSnapshot: (runId) => program.ledger.finalSnapshot(runId),
    runs: () =>
      program.ledger.list().map((run) => ({
        id: run.runId,
        startedAt: new Date(run.startedAtMs).toISOString(),
        endedAt: run.endedAtMs === null ? null : new Date(run.endedAtMs).toISOString(),
        seed: run.seed,
      })),
    faults: () => program.run.faults.desk.describe(),
    injectFault: (kind, parameters) => program.run.faults.desk.inject(kind, parameters),
    alarmChanges: () => program.run.faults.alarm.changes(),
    undoAlarmChange: (id) => program.run.faults.alarm.undo(id),
    bookPayment: (transactionId, request) => bookLatePayment(program.run, transactionId, request),
    setSimulator: (request) => program.setSimulator(request),
    setProtections: (lane, request) => program.run.setProtections(lane, request),
    newRun: (request) => program.newRun(request),
    payment: (transactionId) => tracePayment(program.run, transactionId),
    reconciliation: () => reconciliationDocument(program.run, program.broadcaster.snapshot().at),
    config: () => configDocument({ config, run: program.run, kafka: backends.kafka, layers: program.layers() }),
    batches: () => ({ protected: batchesOf("protected"), unprotected: batchesOf("unprotected") }),
    consumers: () => ({ protected: consumerOf("protected"), unprotected: consumerOf("unprotected") }),
    metrics: () => metrics(program.broadcaster.snapshot()),
  };
}
