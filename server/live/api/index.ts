import { listAlarmChanges, undoAlarmChange } from "./alarm-changes.ts";
import { batches } from "./batches.ts";
import { bookPayment } from "./book-payment.ts";
import { config } from "./config.ts";
import { consumers } from "./consumers.ts";
import { injectFault, listFaults } from "./faults.ts";
import { healthz } from "./healthz.ts";
import { metrics } from "./metrics.ts";
import { tracePayment } from "./payments.ts";
import { setProtections } from "./protections.ts";
import { reconciliation } from "./reconciliation.ts";
import type { Route } from "./route.ts";
import { listRuns, startRun } from "./runs.ts";
import { setSimulator } from "./simulator.ts";
import { snapshot } from "./snapshot.ts";

/** Every call of the HTTP API. */
export const routes: readonly Route[] = [
  healthz,
  snapshot,
  listFaults,
  injectFault,
  listAlarmChanges,
  undoAlarmChange,
  setSimulator,
  setProtections,
  listRuns,
  startRun,
  tracePayment,
  bookPayment,
  reconciliation,
  config,
  batches,
  consumers,
  metrics,
];
