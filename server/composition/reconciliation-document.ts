import type { ReconciliationDocument } from "#contract/api.ts";
import type { Run } from "./run.ts";
import { printable } from "./payment-trace.ts";

/** Windows and verdicts of both lanes as the warehouse's view tells them now, and the SQL that made them. */
export async function reconciliationDocument(run: Run, at: string): Promise<ReconciliationDocument> {
  const lanes = await Promise.all(
    Object.values(run.lanes).map(async (lane) => ({
      lane: lane.name,
      asOf: at,
      rows: (await lane.warehouse.reconciliationRows()).map(printable),
      latePayments: (await lane.warehouse.latePayments()).map(printable),
    })),
  );
  return { lanes, sql: run.lanes.protected.warehouse.statements() };
}
