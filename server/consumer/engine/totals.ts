import { addMinor, currencies, noMoney, type MinorUnits } from "#contract/money.ts";
import type { CheckpointTotal, CheckpointTotals } from "../checkpoint/entries.ts";
import { duplicate, kept, type Decisions } from "./decide.ts";
import type { MicroBatch } from "./micro-batch.ts";

const nothing: CheckpointTotal = { count: 0, money: noMoney };
export const noTotals: CheckpointTotals = {
  read: nothing,
  kept: nothing,
  duplicates: nothing,
  late: nothing,
  deadLettered: nothing,
};

/** Sums in minor units; a batch of payments within the amount limit is exact in a double. */
class Sum {
  #count = 0;
  readonly #minor = new Float64Array(currencies.length);

  /** `currency`: its index in the list; −1 counts the record without money. */
  add(amountMinor: number, currency: number): void {
    this.#count += 1;
    if (currency >= 0) this.#minor[currency] = (this.#minor[currency] ?? 0) + amountMinor;
  }

  after(total: CheckpointTotal): CheckpointTotal {
    const money = Object.fromEntries(currencies.map((currency, index) => [currency, BigInt(this.#minor[index] ?? 0)]));
    return { count: total.count + this.#count, money: addMinor(total.money, money as unknown as MinorUnits) };
  }
}

/** The checkpoint's totals after a batch. Money of a dead letter counts where it could be read. */
export function totalsAfter(
  before: CheckpointTotals,
  batch: Pick<MicroBatch, "count" | "amountsMinor" | "currencies" | "deadLetters">,
  decisions: Pick<Decisions, "outcomes">,
): CheckpointTotals {
  const sums = { kept: new Sum(), duplicates: new Sum(), late: new Sum(), deadLettered: new Sum() };
  for (let row = 0; row < batch.count; row++) {
    const outcome = decisions.outcomes[row];
    const sum = outcome === kept ? sums.kept : outcome === duplicate ? sums.duplicates : sums.late;
    sum.add(batch.amountsMinor[row] ?? 0, batch.currencies[row] ?? -1);
  }
  for (const { amountMinor, currency } of batch.deadLetters)
    if (currency === null || amountMinor === null) sums.deadLettered.add(0, -1);
    else sums.deadLettered.add(amountMinor, currencies.indexOf(currency));
  const after = {
    kept: sums.kept.after(before.kept),
    duplicates: sums.duplicates.after(before.duplicates),
    late: sums.late.after(before.late),
    deadLettered: sums.deadLettered.after(before.deadLettered),
  };
  return { read: sumOf(Object.values(after)), ...after };
}

/** The same from a batch's sums. */
export function addTotals(before: CheckpointTotals, batch: Omit<CheckpointTotals, "read">): CheckpointTotals {
  const after = {
    kept: sumOf([before.kept, batch.kept]),
    duplicates: sumOf([before.duplicates, batch.duplicates]),
    late: sumOf([before.late, batch.late]),
    deadLettered: sumOf([before.deadLettered, batch.deadLettered]),
  };
  return { read: sumOf(Object.values(after)), ...after };
}

function sumOf(totals: readonly CheckpointTotal[]): CheckpointTotal {
  return totals.reduce((left, right) => ({
    count: left.count + right.count,
    money: addMinor(left.money, right.money),
  }));
}
