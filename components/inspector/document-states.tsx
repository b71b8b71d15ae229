/** What a page shows instead of a document: still loading, or why it cannot be had. */
export function Waiting({ what }: { what: string }) {
  return (
    <p className="mt-6 text-ink2" role="status">
      Reading {what}…
    </p>
  );
}

export function Failed({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div className="mt-6 rounded-md border-[1.5px] border-dashed border-wait p-3" role="alert">
      <p className="font-medium text-wait">{message}</p>
      <button type="button" className="tool mt-2" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
