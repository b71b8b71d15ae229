import type { Money } from "#contract/money.ts";
import { pino } from "pino";
import type { Clock } from "../../shared/clock.ts";
import type { DeadLetterRow, LatePaymentRow, PaymentsRawRow } from "../../shared/warehouse-rows.ts";
import type { Definition, Definitions } from "../definitions.ts";
import type { Gateway, Row } from "../gateway.ts";
import * as hand from "./hand-computed.ts";
import { createLaneWarehouse, type Warehouse } from "../lane-warehouse.ts";
import type { CycleInput, CycleOutput, WarehouseTotalName } from "../types.ts";

/** A lane's dataset as tests use it: the real warehouse, and hands to put rows in and look at them. */
export interface TestLane {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  /** A new instance, as after a restart of the app; `gateway` may be a wrapped one. */
  readonly open: (gateway?: Gateway, clock?: Clock) => Warehouse;
  readonly addRaw: (rows: readonly PaymentsRawRow[]) => Promise<void>;
  readonly addLate: (rows: readonly LatePaymentRow[]) => Promise<void>;
  readonly addDead: (rows: readonly DeadLetterRow[]) => Promise<void>;
  readonly insert: (table: string, rows: readonly object[]) => Promise<void>;
  readonly sql: (text: string) => Promise<Row[]>;
  readonly change: (text: string) => Promise<number | null>;
  /** Makes a table anew, without its rows: those that were streamed cannot be deleted. */
  readonly forget: (table: string) => Promise<void>;
}

export async function createTestLane(gateway: Gateway, definitions: Definitions, dataset: string): Promise<TestLane> {
  const insert = (table: string, rows: readonly object[]) =>
    rows.length === 0
      ? Promise.resolve()
      : gateway.insert(
          table,
          rows.map((json) => ({ insertId: crypto.randomUUID(), json })),
        );
  const statement = (text: string): Definition => ({
    name: "test",
    purpose: "",
    text: text.replaceAll("{dataset}", dataset),
  });
  const open = (through: Gateway = gateway, clock: Clock = standingClock()) =>
    createLaneWarehouse({
      lane: "protected",
      gateway: through,
      definitions,
      clock,
      logger: pino({ level: "silent" }),
    });
  await open().prepare();
  return {
    gateway,
    definitions,
    open,
    addRaw: (rows) => insert("payments_raw", rows),
    addLate: (rows) => insert("late_payments", rows),
    addDead: (rows) => insert("dead_letters", rows),
    insert,
    sql: (text) => gateway.query(statement(text)),
    change: (text) => gateway.change(statement(text)),
    forget: async (table) => {
      await gateway.query(statement(`DROP TABLE {dataset}.${table}`));
      await open().prepare();
    },
  };
}

/** The hand-computed payments, all of them there. */
export async function fillByHand(lane: TestLane): Promise<void> {
  await lane.addRaw(hand.rawRows);
  await lane.addLate(hand.lateRows);
  await lane.addDead(hand.deadLetters);
}

export function handInput(change: Partial<CycleInput> = {}): CycleInput {
  return {
    committed: hand.committed,
    intentsSince: hand.intentsSince,
    lastIntentSequence: hand.intents.length,
    settledSequenceAfterMerge: () => hand.settledSequence,
    mergeOn: true,
    layerDown: null,
    ...change,
  };
}

export type Figures = Readonly<
  Partial<Record<WarehouseTotalName | "intended", readonly [count: number, money: Money]>>
>;

/** The present moment for good: however slow the machine is, counting again is done within one cycle. */
function standingClock(): Clock {
  const nowMs = Date.now();
  return { nowMs: () => nowMs };
}

/** Counts and money of a cycle, without the moments at which they were read. */
export function figures(output: CycleOutput): Figures {
  if (output.totals === null || output.cut === null) throw new Error(`the cycle has no totals: ${output.failure}`);
  const entries = Object.entries({ ...output.totals, intended: output.cut.intended });
  return Object.fromEntries(entries.map(([name, { count, money }]) => [name, [count, money]]));
}

const equation7Names = {
  left: ["intended", "surplus", "unexpected"],
  right: ["booked", "latePayments", "deadLetteredPayments", "missing", "pending"],
} as const;

/** Left − right of equation 7: records, then cents (whole yen times a hundred) per currency. */
export function equation7(output: CycleOutput): { readonly records: number; readonly money: Record<string, number> } {
  const all = figures(output);
  const { left, right } = equation7Names;
  const records = (name: keyof Figures) => all[name]?.[0] ?? 0;
  const cents = (currency: keyof Money) => (name: keyof Figures) =>
    Math.round(Number(all[name]?.[1][currency] ?? 0) * 100);
  const money = (currency: keyof Money) =>
    sumOf([...left, "mismatched"], cents(currency)) - sumOf(right, cents(currency));
  return {
    records: sumOf(left, records) - sumOf(right, records),
    money: { USD: money("USD"), EUR: money("EUR"), JPY: money("JPY") },
  };
}

function sumOf(names: readonly (keyof Figures)[], pick: (name: keyof Figures) => number): number {
  return names.reduce((total, name) => total + pick(name), 0);
}

/** Left − right of equation 6, records. */
export function remainder6({ totals }: CycleOutput): number {
  const count = (name: WarehouseTotalName): number => totals?.[name].count ?? Number.NaN;
  const left = count("rawRows") + count("planted") + count("bookedByHand");
  return left - count("booked") - count("absorbedByMerge") - count("notYetMerged");
}

/** A gateway that dies at its `deadAt`-th call: before doing it, or after, so that the answer is lost. */
export function dyingGateway(gateway: Gateway, deadAt: number, after: boolean): Gateway {
  let calls = 0;
  const dying = async <T>(run: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls > deadAt || (calls === deadAt && !after)) throw new Error("the app was killed");
    const result = await run();
    if (calls === deadAt) throw new Error("the app was killed");
    return result;
  };
  return {
    query: (definition: Definition, parameters) => dying(() => gateway.query(definition, parameters)),
    change: (definition: Definition, parameters) => dying(() => gateway.change(definition, parameters)),
    insert: (table, rows) => dying(() => gateway.insert(table, rows)),
    createDataset: () => dying(() => gateway.createDataset()),
  };
}
