import { pino } from "pino";
import { runNames } from "#server/shared/connections.ts";
import { createBigQuery } from "#server/shared/warehouse-client.ts";
import { createRawCount } from "../../../composition/raw-count.ts";
import type { EmbeddedWarehouse } from "../../../warehouse/testing/embedded.ts";
import type { CycleOutput, Intent } from "../../../warehouse/types.ts";
import { createWarehouse, type Warehouse } from "../../../warehouse/warehouse.ts";
import type { Lane } from "../../testing/lane-fixture.ts";

/** Layer 4 of a lane: its tables, its cycle, and what stands in them. */
export class LaneWarehouse {
  readonly #lane: Lane;
  readonly #embedded: EmbeddedWarehouse;
  readonly warehouse: Warehouse;

  private constructor(lane: Lane, embedded: EmbeddedWarehouse) {
    this.#lane = lane;
    this.#embedded = embedded;
    this.warehouse = createWarehouse({
      connection: embedded.connection,
      runId: lane.settings.runId,
      lane: "protected",
      clock: { nowMs: () => Date.now() },
      logger: pino({ level: "silent" }),
      deadlineMs: 60_000,
    });
  }

  static async of(lane: Lane, embedded: EmbeddedWarehouse): Promise<LaneWarehouse> {
    const made = new LaneWarehouse(lane, embedded);
    await made.warehouse.prepare();
    return made;
  }

  /** Cycles until everything is shipped, merged and judged. */
  async reconciled(intents: readonly Intent[]): Promise<CycleOutput> {
    const { reader } = this.#lane;
    for (let cycle = 0; cycle < 200; cycle++) {
      const reading = reader.read();
      const output = await this.warehouse.cycle({
        committed: {
          checkpointId: reading?.checkpointId ?? null,
          batchId: reading?.batchId ?? -1,
          keptCount: reading?.totals?.kept.count ?? 0,
          refusedForGood: reading?.refusedForGood ?? 0,
        },
        intentsSince: (sequence, limit) => intents.slice(sequence, sequence + limit),
        lastIntentSequence: intents.length,
        settledSequenceAfterMerge: () => intents.length,
        mergeOn: true,
        layerDown: null,
      });
      const isDone = output.cut?.settledSequence === intents.length && output.cut.mergedBatchId === reading?.batchId;
      if (isDone && output.failure === null && output.verdict !== "PENDING") return output;
    }
    throw new Error("reconciliation did not settle");
  }

  /** `partition-offset` of every row of a table, sorted. */
  async positions(table: string): Promise<readonly string[]> {
    return (await this.#rows(table, "'' AS reason")).map(({ position }) => position);
  }

  async deadLetters(): Promise<readonly { readonly position: string; readonly reason: string }[]> {
    return await this.#rows("dead_letters", "reason");
  }

  /** Sorted by position. */
  async #rows(table: string, reason: string) {
    const { runId, lane } = this.#lane.settings;
    const client = createBigQuery(this.#embedded.connection);
    const query = `SELECT partition_no, offset_no, ${reason} FROM ${runNames(runId, lane).dataset}.${table}`;
    const [rows] = await client.query({ query });
    return (rows as readonly { partition_no: number; offset_no: number; reason: string }[])
      .map((row) => ({ position: `${row.partition_no}-${row.offset_no}`, reason: row.reason }))
      .toSorted((a, b) => (a.position < b.position ? -1 : 1));
  }

  /** Equation 5b: what is left of the rows of payments_raw, and how many of it nobody can know. */
  async equation5b(): Promise<{ readonly remainder: number; readonly uncertainty: number }> {
    const { runId, lane } = this.#lane.settings;
    const { rawRows, absorbed } = await createRawCount(this.#embedded.connection, runId, lane)();
    const { insertAttempts, insertFailures, rejected, unanswered } = this.#lane.reader.sink();
    const explained = insertAttempts - insertFailures - (absorbed ?? 0) - rejected;
    return { remainder: rawRows - explained, uncertainty: unanswered };
  }
}
