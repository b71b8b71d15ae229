import { limits } from "#contract/limits.ts";
import { addAmounts, amountsOf, noAmounts } from "./amounts.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import { closedWindows, type JudgedTerms, type JudgedWindow, openWindows, sumTerms } from "./judged-rows.ts";
import { type ChargedTwice, type ClosedWindows, nobodyCharged, nothingClosed, positionsOf } from "./lane-state.ts";

/** Positions that are told at most, of surplus copies and of absorbed ones. */
const positionsMax = 10_000;

export interface Judgement {
  readonly terms: JudgedTerms;
  readonly open: readonly JudgedWindow[];
  readonly closed: ClosedWindows;
  readonly charged: ChargedTwice;
}

/** Reads every term of equation 7 and the verdicts: open windows from their rows, closed ones as they were kept. */
export async function judge(
  gateway: Gateway,
  definitions: Definitions,
  known: { readonly closed: ClosedWindows | null; readonly charged: ChargedTwice },
): Promise<Judgement> {
  const { statements } = definitions;
  const rows = await gateway.query(statements["judge-open"]);
  const closed = known.closed ?? (await readClosed(gateway, definitions));
  const terms = sumTerms(rows, closed.terms);
  const surplus = rows.map((row) => [row["window_start"], row["currency"], row["surplus"], row["surplus_money"]]);
  const key = JSON.stringify([closed.counts, closed.terms.surplus.records, surplus]);
  if (terms.surplus.records === 0) return { terms, open: openWindows(rows), closed, charged: nobodyCharged };
  const charged = known.charged.key === key ? known.charged : await readCharged(gateway, definitions, key);
  return { terms, open: openWindows(rows), closed, charged };
}

async function readClosed(gateway: Gateway, { statements }: Definitions): Promise<ClosedWindows> {
  const newest = await gateway.query(statements["list-closed"], { windowsMax: limits.windowsMax });
  const [one] = newest;
  if (one === undefined) return nothingClosed;
  return {
    terms: sumTerms(await gateway.query(statements["sum-closed"])),
    counts: { closed: Number(one["closed_windows"]), broken: Number(one["broken_windows"]) },
    newest: closedWindows(newest),
  };
}

async function readCharged(gateway: Gateway, { statements }: Definitions, key: string): Promise<ChargedTwice> {
  const rows = await gateway.query(statements["customers-charged-twice"]);
  let customers = noAmounts;
  for (const row of rows) {
    const currency = row["currency"] === null ? null : String(row["currency"]);
    // Someone charged twice in two currencies is one customer: the row without a currency counts people.
    const records = currency === null ? Number(row["customers"]) : 0;
    customers = addAmounts(
      customers,
      amountsOf(records, currency, row["money"] === null ? null : String(row["money"])),
    );
  }
  const positions = positionsOf(await gateway.query(statements["surplus-positions"], { positionsMax }));
  return { key, customers, positions };
}

/** Positions of the copies that the merge absorbed, newest first. */
export async function readAbsorbed(gateway: Gateway, { statements }: Definitions) {
  return positionsOf(await gateway.query(statements["absorbed-positions"], { positionsMax }));
}
