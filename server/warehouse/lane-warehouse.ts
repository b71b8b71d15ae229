import type { LaneName } from "#contract/names.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { DedupDecisionRow } from "../shared/warehouse-rows.ts";
import { type AlarmChange, type AlarmRequest, type PresentChange, alarmChanges, tryAlarm, undoAlarm } from "./alarm.ts";
import { closeBeforeMs } from "./close-windows.ts";
import { runCycle } from "./cycle.ts";
import { windowSeconds } from "./cycle-context.ts";
import type { Definition, Definitions } from "./definitions.ts";
import type { Gateway, Row } from "./gateway.ts";
import { readKnown } from "./known-blocks.ts";
import { type LaneState, newLaneState, readProgress } from "./lane-state.ts";
import { failedOutput, unfinishedOutput } from "./output.ts";
import { startPace } from "./pace.ts";
import { readPayment, type TableRows } from "./payment-rows.ts";
import { prepareDataset } from "./prepare.ts";
import type { CycleInput, CycleOutput } from "./types.ts";

const prepareDeadlineMs = 120_000;
/** Rows of one insert call of decisions. */
const decisionsPerCallMax = 2_000;
const listRowsMax = 500;

/** One lane's dataset. Calls that write wait for each other; a cycle is never run twice at once. */
export interface Warehouse {
  /** Makes dataset, tables and views; repeatable. Throws DedupscopeError when the warehouse cannot be reached. */
  readonly prepare: () => Promise<void>;
  /** Ships, merges, judges. Never throws: what went wrong is in `failure`. */
  readonly cycle: (input: CycleInput) => Promise<CycleOutput>;
  /** Adds absorbed copies to the audit trail; the same rows may be sent again. */
  readonly shipDecisions: (rows: readonly DedupDecisionRow[]) => Promise<void>;
  /** Ids of the broker's decisions in the audit trail about attempts from `first` to `last`. */
  readonly brokerDecisions: (first: number, last: number) => Promise<ReadonlySet<string>>;
  /** Books a late payment that nobody booked. False when there was nothing to book: no late row, or booked already. */
  readonly bookLatePayment: (transactionId: string) => Promise<boolean>;
  /** Changes one settled payment so that reconciliation must turn red; `cannot-act-now` when none is old enough. */
  readonly tryAlarm: (request: AlarmRequest) => Promise<AlarmChange>;
  /** Makes it what it was; false when there is no such change (any more). */
  readonly undoAlarm: (changeId: string) => Promise<boolean>;
  readonly alarmChanges: () => Promise<PresentChange[]>;
  readonly paymentRows: (transactionId: string) => Promise<TableRows[]>;
  /** Late payments that nobody booked, newest first. */
  readonly latePayments: () => Promise<Row[]>;
  /** How many rows of some micro-batches of a checkpoint were stored and booked once more. */
  readonly repeats: (batches: BatchRange) => Promise<{ readonly stored: number; readonly booked: number }>;
  readonly duplicateCharges: () => Promise<Row[]>;
  /** What each layer accepted and kept out, from all rows: for people, and slow after a day. */
  readonly layerSummary: () => Promise<Row[]>;
  readonly reconciliationRows: () => Promise<Row[]>;
  /** Tables, views and statements for "open its SQL". */
  readonly statements: () => readonly Definition[];
}

/** Micro-batches `fromBatchId` to `toBatchId`, both included. */
export type BatchRange = Readonly<Record<"fromBatchId" | "toBatchId", number>> & { readonly checkpointId: string };

export interface LaneWarehouseParts {
  readonly lane: LaneName;
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createLaneWarehouse(parts: LaneWarehouseParts): Warehouse {
  const { lane, gateway, definitions, clock, logger } = parts;
  const exclusively = createQueue();
  let state: LaneState | null = null;
  let last: CycleOutput | null = null;
  const readState = async () =>
    (state ??= newLaneState(await readProgress(gateway, definitions), await readKnown(gateway, definitions)));
  const list = (name: "list-duplicate-charges" | "list-reconciliation" | "list-late-payments") =>
    gateway.query(definitions.statements[name], { rowsMax: listRowsMax });

  const runOne = async (input: CycleInput): Promise<CycleOutput> => {
    try {
      const mayBegin = startPace(clock);
      const done = await runCycle({ ...parts, state: await readState(), mayBegin }, input);
      if (!("totals" in done)) return unfinishedOutput(last, done);
      last = done;
      return done;
    } catch (error) {
      // Whatever was done is read back from the warehouse: nothing that this process remembers is relied on.
      state = null;
      logger.warn({ lane, reason: messageOf(error) }, "the warehouse's cycle was not completed");
      return failedOutput(last, messageOf(error));
    }
  };
  /** The next cycle must look for rows that were booked by hand: by their cycle, which is the next one. */
  const touch = async () => {
    const present = await readState();
    present.touched = true;
    return { gateway, definitions, clock, cycle: present.progress.cycle + 1, announced: present.announced };
  };
  const settledUntilMs = () => (last?.settledUntil ? Date.parse(last.settledUntil) : null);
  const bookLatePayment = async (transactionId: string): Promise<boolean> => {
    const { cycle } = await touch();
    const booking = { transactionId, windowSeconds, bookedAt: new Date(clock.nowMs()), cycle };
    const booked = await gateway.change(definitions.statements["book-by-hand"], booking);
    return booked !== 0;
  };
  const shipDecisions = async (rows: readonly DedupDecisionRow[]): Promise<void> => {
    for (let start = 0; start < rows.length; start += decisionsPerCallMax) {
      const part = rows.slice(start, start + decisionsPerCallMax);
      await gateway.insert(
        "dedup_decisions",
        part.map((row) => ({ insertId: row.decision_id, json: row })),
      );
    }
  };
  return {
    prepare: () => prepareDataset(gateway, definitions, { logger, ...clock, deadlineMs: prepareDeadlineMs }),
    cycle: (input) => exclusively(() => runOne(input)),
    shipDecisions,
    brokerDecisions: async (firstAttempt, lastAttempt) => {
      const rows = await gateway.query(definitions.statements["broker-decisions"], { firstAttempt, lastAttempt });
      return new Set(rows.map((row) => String(row["decision_id"])));
    },
    bookLatePayment: (transactionId) => exclusively(() => bookLatePayment(transactionId)),
    tryAlarm: (request) =>
      exclusively(async () => tryAlarm(await touch(), request, closeBeforeMs(settledUntilMs()) ?? 0)),
    undoAlarm: (changeId) => exclusively(async () => undoAlarm(await touch(), changeId)),
    alarmChanges: () => alarmChanges(gateway, definitions),
    paymentRows: (transactionId) => readPayment(gateway, definitions, transactionId),
    latePayments: () => list("list-late-payments"),
    repeats: async (batches) => {
      const [row] = await gateway.query(definitions.statements.repeats, { ...batches }, { wide: true });
      return { stored: Number(row?.["stored_again"] ?? 0), booked: Number(row?.["booked_again"] ?? 0) };
    },
    duplicateCharges: () => list("list-duplicate-charges"),
    layerSummary: () => gateway.query(definitions.statements["list-layer-summary"], {}, { wide: true }),
    reconciliationRows: () => list("list-reconciliation"),
    statements: () => [...definitions.tables, ...definitions.views, ...Object.values(definitions.statements)],
  };
}

/** Runs what it is given one after the other. */
function createQueue() {
  let tail: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const result = tail.then(run);
    tail = result.catch(() => undefined);
    return result;
  };
}
