"use client";
import Link from "next/link";
import type { LaneName } from "#contract/names.ts";
import { ControlError } from "../controls/control-error.tsx";
import { useControl } from "../controls/use-control.ts";
import { cellText, type Row } from "./records.ts";

interface LatePaymentsProps {
  readonly lane: LaneName;
  readonly rows: readonly Row[];
  /** A payment was booked, or turned out to be booked: what is shown is out of date. */
  readonly onBooked: () => void;
}

/** Payments that came later than the watermark: money that nobody booked, each with a button that books it once. */
export function LatePayments({ lane, rows, onBooked }: LatePaymentsProps) {
  if (rows.length === 0) return null;
  return (
    <div className="mb-6" data-testid={`late-payments-${lane}`}>
      <h3 className="font-semibold">
        {rows.length === 1 ? "1 late payment" : `${rows.length} late payments`}, kept but not booked
      </h3>
      <p className="mb-2 max-w-176 text-ink2">
        They came after the watermark had passed their event time, so layer 3 could not tell whether they were copies. A
        person decides: booking one takes it from late_payments into payments, once, however often it is asked for.
      </p>
      <div className="record-scroll">
        <table className="record-table">
          <thead>
            <tr>
              {["transaction", "amount", "event time", "watermark then", "position"].map((heading) => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ))}
              <th scope="col">
                <span className="sr-only">book it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <LatePayment key={String(row["transaction_id"])} lane={lane} row={row} onBooked={onBooked} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function LatePayment({ lane, row, onBooked }: Omit<LatePaymentsProps, "rows"> & { readonly row: Row }) {
  const { pending, error, send } = useControl();
  const id = String(row["transaction_id"]);
  const book = async () => {
    if (await send("POST", `/api/payments/${encodeURIComponent(id)}/book`, { lane })) onBooked();
  };
  return (
    <tr>
      <td>
        <Link href={`/payments?id=${id}`}>{id}</Link>
      </td>
      <td className="right">{cellText(row, "amount")}</td>
      <td>{cellText(row, "event_time")}</td>
      <td>{cellText(row, "watermark")}</td>
      <td>{`${row["partition_no"]}@${row["offset_no"]}`}</td>
      <td>
        <span className="relative inline-block">
          <button
            type="button"
            className="tool"
            data-testid={`book-${lane}-${id}`}
            aria-busy={pending}
            aria-label={`Book ${cellText(row, "amount")} of payment ${id}, ${lane} lane`}
            onClick={() => void book()}
          >
            Book
          </button>
          <ControlError message={error} right />
        </span>
      </td>
    </tr>
  );
}
