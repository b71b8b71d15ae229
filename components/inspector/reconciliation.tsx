"use client";
import { useState } from "react";
import type { ReconciliationDocument } from "#contract/api.ts";
import { formatAge } from "../live/format.ts";
import { Failed, Waiting } from "./document-states.tsx";
import { LatePayments } from "./late-payments.tsx";
import { RecordTable } from "./record-table.tsx";
import { arrange, type Row } from "./records.ts";
import { useDocument } from "./use-document.ts";

/** Windows, their verdicts, and the SQL that made them. */
export function Reconciliation() {
  const { body, error, loading, readAtMs, reload } = useDocument<ReconciliationDocument>("/api/reconciliation");
  return (
    <main className="inner-page">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h1>Reconciliation</h1>
          <p className="lead">
            What is booked in the warehouse against what was intended, per currency and window of event time. A window
            is judged when every payment in it has settled, and it turns as soon as a fact proves it wrong.
          </p>
        </div>
        <button type="button" className="tool shrink-0" onClick={reload} disabled={loading}>
          Read again
        </button>
      </div>
      {error !== null && <Failed message={error} onRetry={reload} />}
      {body === null && loading && <Waiting what="the last reconciliation" />}
      {body?.lanes.map(({ lane, asOf, rows, latePayments }) => (
        <section key={lane} className="mt-8">
          <h2 className="mb-2">
            {lane === "protected" ? "Protected lane" : "Unprotected lane"}{" "}
            <span className="ml-1 text-xs font-normal text-ink2">
              {asOf === null ? "not reconciled yet" : `as of ${formatAge(readAtMs - Date.parse(asOf))} ago`}
            </span>
          </h2>
          <LatePayments lane={lane} rows={latePayments} onBooked={reload} />
          <LaneRows rows={rows} />
        </section>
      ))}
      {body !== null && body.sql.length > 0 && (
        <section className="mt-10">
          <h2>The SQL behind it</h2>
          {body.sql.map(({ name, purpose, text }) => (
            <details key={name} className="mt-3">
              <summary className="cursor-pointer">
                <span className="font-mono text-xs font-semibold">{name}</span>{" "}
                <span className="text-ink2">{purpose}</span>
              </summary>
              <pre className="sql mt-2">{text.trim()}</pre>
            </details>
          ))}
        </section>
      )}
    </main>
  );
}

/** Windows shown before a person asks for all. */
const rowsShown = 30;

function LaneRows({ rows }: { rows: readonly Row[] }) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return <p className="text-ink2">No window has been judged yet.</p>;
  const { columns, zeroNames } = arrange(rows);
  const shown = newestFirst(rows).slice(0, all ? rows.length : rowsShown);
  return (
    <>
      <RecordTable rows={shown} columns={columns} />
      <p className="mt-2 text-xs text-ink3">
        {shown.length < rows.length && (
          <button
            type="button"
            className="mr-3 text-ink underline underline-offset-2"
            onClick={() => {
              setAll(true);
            }}
          >
            Show all {rows.length} rows
          </button>
        )}
        {zeroNames.length > 0 && `0 in every row: ${zeroNames.join(", ").replaceAll("_", " ")}.`}
      </p>
    </>
  );
}

const startOf = (row: Row): string => String(row["window_start"] ?? "");
const rankOf = (row: Row): number => (row["verdict"] === "BREAK" ? 0 : 1);

/** What is wrong first, then the newest windows. */
function newestFirst(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => rankOf(a) - rankOf(b) || startOf(b).localeCompare(startOf(a)));
}
