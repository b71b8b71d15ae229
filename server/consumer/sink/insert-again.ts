import { setTimeout as delay } from "node:timers/promises";
import type { PaymentsRawRow } from "#server/shared/warehouse-rows.ts";
import { consumerLimits } from "../limits.ts";
import type { Inserter, InsertRow } from "./inserter.ts";
import { countedTable, type SinkJournal } from "./journal.ts";
import { journalled } from "./warehouse-sink.ts";

/** Inserts rows of payments that were inserted before, under the insertIds they had, until the warehouse has them. */
export async function insertAgain(
  parts: { readonly inserter: Inserter; readonly journal: SinkJournal },
  rows: readonly InsertRow[],
): Promise<void> {
  const { inserter, journal } = parts;
  const [first] = rows;
  if (first === undefined) return;
  const { checkpoint_id: checkpointId, batch_id: batchId } = first.json as PaymentsRawRow;
  const insertIds = first.insertId !== null;
  const call = { checkpointId, batchId, table: countedTable, rows: rows.length, insertIds };
  for (;;) {
    const callId = journal.begin(call);
    const sent = rows.map(({ insertId, json }, index) => ({
      insertId,
      json: { ...json, ingest_id: `${journal.id}-${callId}-${index}` },
    }));
    const answer = await inserter.insert(countedTable, sent);
    journal.end({ ...call, callId, ...journalled(answer, rows.length) });
    if (answer.kind !== "failed") return;
    await delay(consumerLimits.circuitProbeMs);
  }
}
