import type { Clock } from "#server/shared/clock.ts";
import type { WarehouseConnection } from "#server/shared/connections.ts";
import type { Alarms } from "../alarms.ts";
import type { CrashPoints } from "../crash-points.ts";
import { consumerLimits } from "../limits.ts";
import { Circuit } from "./circuit.ts";
import { insertAgain } from "./insert-again.ts";
import type { InsertAnswer, Inserter, InsertRow, InsertTap } from "./inserter.ts";
import type { SinkJournal } from "./journal.ts";
import { WarehouseSink } from "./warehouse-sink.ts";

export interface SinkParts {
  readonly alarms: Alarms;
  readonly clock: Clock;
  readonly crashPoints: CrashPoints;
  readonly journal: SinkJournal;
  readonly inserter: Inserter;
  readonly insertTap: InsertTap;
  readonly topic: string;
  readonly checkpointId: string;
}

/** The sink with its circuit and its alarms. */
export function createSink(parts: SinkParts): WarehouseSink {
  const { alarms, clock, crashPoints, journal, topic, checkpointId } = parts;
  journal.noteCheckpoint(checkpointId);
  const tapped = parts.insertTap.attach(
    (table, rows) => parts.inserter.insert(table, rows),
    (rows) => insertAgain(parts, rows),
  );
  const circuit = new Circuit({
    random: Math.random,
    onOpen: (detail) => alarms.set("warehouse", `The warehouse takes no rows, consumption is paused: ${detail}`),
    onClose: () => alarms.set("warehouse", null),
  });
  return new WarehouseSink({
    inserter: { insert: tapped },
    journal,
    circuit,
    clock,
    topic,
    checkpointId,
    rowsPerCall: (rows) => crashPoints.rowsPerCall(rows),
    onPartOfSink: () => crashPoints.reached("mid-sink", 1),
    onRefused: (reason) => alarms.set("refused", refusedText({ ...journal.refused(checkpointId), lastReason: reason })),
  });
}

export function refusedText({
  count,
  lastReason,
}: {
  readonly count: number;
  readonly lastReason: string | null;
}): string {
  return `${count} row${count === 1 ? "" : "s"} refused by the warehouse, see dead_letters: ${lastReason}`;
}

/** The client's modules take a third of a second to load: a consumer that starts again reads before they do. */
export class LateInserter implements Inserter {
  readonly #load: () => Promise<Inserter>;
  #loading: Promise<Inserter> | null = null;

  constructor(warehouse: WarehouseConnection, dataset: string) {
    this.#load = async () => {
      const [{ BigQueryInserter }, { createBigQuery }] = await Promise.all([
        import("./bigquery-inserter.ts"),
        import("#server/shared/warehouse-client.ts"),
      ]);
      const bigQuery = createBigQuery(warehouse);
      return new BigQueryInserter({ bigQuery, dataset, deadlineMs: consumerLimits.insertDeadlineMs });
    };
  }

  load(): Promise<Inserter> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async insert(table: string, rows: readonly InsertRow[]): Promise<InsertAnswer> {
    return await (await this.load()).insert(table, rows);
  }
}
