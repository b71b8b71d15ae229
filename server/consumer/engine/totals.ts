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
  readonly #minor = { USD: 0, EUR: 0, JPY: 0 };

  add(row: { readonly amountMinor: number | null; readonly currency: keyof MinorUnits | null }): void {
    this.#count += 1;
    if (row.currency !== null && row.amountMinor !== null) this.#minor[row.currency] += row.amountMinor;
  }

  after(total: CheckpointTotal): CheckpointTotal {
    const money = Object.fromEntries(currencies.map((currency) => [currency, BigInt(this.#minor[currency])]));
    return { count: total.count + this.#count, money: addMinor(total.money, money as unknown as MinorUnits) };
  }
}

/** The checkpoint's totals after a batch. Money of a dead letter counts where it could be read. */
export function totalsAfter(
  before: CheckpointTotals,
  batch: Pick<MicroBatch, "payments" | "deadLetters">,
  decisions: Pick<Decisions, "outcomes">,
): CheckpointTotals {
  const sums = { kept: new Sum(), duplicates: new Sum(), late: new Sum(), deadLettered: new Sum() };
  for (let index = 0; index < batch.payments.length; index++) {
    const row = batch.payments[index];
    if (row === undefined) continue;
    const outcome = decisions.outcomes[index];
    if (outcome === kept) sums.kept.add(row);
    else if (outcome === duplicate) sums.duplicates.add(row);
    else sums.late.add(row);
  }
  for (const row of batch.deadLetters) sums.deadLettered.add(row);
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
