/** A row on its way to a table; without an insertId BigQuery recognises no repetition. */
export interface InsertRow {
  readonly insertId: string | null;
  readonly json: object;
}

/**
 * What one insert call did. Without `skipInvalidRows` a call with an invalid row stores nothing: `rejected` are the
 * invalid rows by index, and the others may be sent again.
 */
export type InsertAnswer =
  | { readonly kind: "stored" }
  | { readonly kind: "rejected"; readonly rejected: ReadonlyMap<number, string> }
  /** `certain`: nothing was stored. `splits`: the call itself was refused, smaller ones may show which row is at fault. */
  | { readonly kind: "failed"; readonly certain: boolean; readonly splits: boolean; readonly detail: string };

/**
 * Stands between the sink and the warehouse, as the wire tap does between producer and broker: for faults, of which the
 * sink knows nothing. `again` inserts rows once more as they were, in a journalled call of its own, until it is answered.
 */
export interface InsertTap {
  readonly attach: (
    insert: Inserter["insert"],
    again: (rows: readonly InsertRow[]) => Promise<void>,
  ) => Inserter["insert"];
}

/** One attempt, no retries: the sink journals, retries and gives up by its own rules. */
export interface Inserter {
  readonly insert: (table: string, rows: readonly InsertRow[]) => Promise<InsertAnswer>;
}
