import type { BookingDocument, BookingRequest } from "#contract/api.ts";
import { laneNames, type LaneName } from "#contract/names.ts";
import { DedupscopeError } from "../shared/errors.ts";
import type { Run } from "./run.ts";

/**
 * Books a late payment by hand in the lanes where nobody booked it; however often it is asked, it is booked once. Errors:
 * not-found (no such payment in this run), cannot-act-now (not late, or booked already, with the reason per lane).
 */
export async function bookLatePayment(
  run: Run,
  transactionId: string,
  { lane: wanted }: BookingRequest,
): Promise<BookingDocument> {
  if (run.intents.payment(transactionId) === undefined) {
    const message = `no payment "${transactionId}" was made in run ${run.id}; expected a transaction id of this run`;
    throw new DedupscopeError("not-found", message, { parameter: "transactionId" });
  }
  const asked = wanted === undefined ? laneNames : [wanted];
  const booked = await Promise.all(asked.map((lane) => run.lanes[lane].warehouse.bookLatePayment(transactionId)));
  const lanes = asked.filter((_lane, index) => booked[index]);
  if (lanes.length > 0) return { transactionId, lanes };
  const reasons = await Promise.all(asked.map((lane) => whyNot(run, lane, transactionId)));
  throw new DedupscopeError("cannot-act-now", `nothing to book: ${reasons.join("; ")}`);
}

async function whyNot(run: Run, lane: LaneName, transactionId: string): Promise<string> {
  const tables = await run.lanes[lane].warehouse.paymentRows(transactionId);
  const rowsOf = (name: string) => tables.find(({ table }) => table === name)?.rows ?? [];
  const [booking] = rowsOf("payments");
  if (booking !== undefined) {
    const by = booking["origin"] === "by-hand" ? "by hand" : "by the pipeline";
    return `in the ${lane} lane it is booked already, ${by} at ${String(booking["booked_at"])}`;
  }
  return rowsOf("late_payments").length === 0
    ? `in the ${lane} lane it is not late: it is on its way, or missing for another reason`
    : `in the ${lane} lane it was late, and its booking was refused; try again`;
}
