"use client";
import Link from "next/link";
import { useEffect, useState } from "react";
import type { PaymentDocument } from "#contract/api.ts";
import { Failed, Waiting } from "./document-states.tsx";
import { PaymentPath } from "./payment-path.tsx";
import { isTransactionId } from "./records.ts";
import { useDocument } from "./use-document.ts";

const idInAddress = (): string => new URLSearchParams(location.search).get("id") ?? "";

/** One payment through every layer, joined from the systems of record. */
export function PaymentInspector() {
  const [text, setText] = useState("");
  const [id, setId] = useState<string | null>(null);
  const { body, error, loading, reload } = useDocument<PaymentDocument>(
    id === null ? null : `/api/payments/${encodeURIComponent(id)}`,
  );
  useEffect(() => {
    const read = () => {
      const given = idInAddress();
      setText(given);
      setId(given === "" ? null : given);
    };
    read();
    addEventListener("popstate", read);
    return () => {
      removeEventListener("popstate", read);
    };
  }, []);
  const wanted = text.trim().toLowerCase();
  return (
    <main className="inner-page">
      <h1>Payments</h1>
      <p className="lead">
        One payment through every layer of both lanes, joined from the systems of record: what was intended, each
        attempt to send it, where the log holds it, what the consumer decided, and what is booked.
      </p>
      <form
        className="mt-4 flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted === "") return;
          history.pushState(null, "", `/payments?id=${encodeURIComponent(wanted)}`);
          setId(wanted);
        }}
      >
        <label htmlFor="transaction-id">Transaction id</label>
        <input
          id="transaction-id"
          className="field w-88 max-w-full"
          placeholder="01932f0e-7b1a-7c3d-9e4f-0123456789ab"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        <button type="submit" className="primary" disabled={wanted === ""}>
          Trace
        </button>
        {wanted !== "" && !isTransactionId(wanted) && (
          <span className="text-wait">a transaction id is a UUID of version 7</span>
        )}
      </form>
      <div aria-live="polite">
        {id === null && (
          <p className="mt-6 text-ink2">
            Ids stand in the rows of the <Link href="/reconciliation">reconciliation</Link>, in the warehouse's tables
            and in the records of the topics.
          </p>
        )}
        {id !== null && error !== null && <Failed message={error} onRetry={reload} />}
        {id !== null && body === null && loading && <Waiting what="every layer's record of it" />}
        {body !== null && <PaymentPath document={body} />}
      </div>
    </main>
  );
}
