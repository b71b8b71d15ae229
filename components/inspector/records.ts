export type Row = Readonly<Record<string, string | number | null>>;

export interface Column {
  readonly name: string;
  /** Every value is a number or a decimal, so that it stands on the right. */
  readonly numeric: boolean;
}

const decimal = /^-?\d+(\.\d+)?$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Columns in the order of their first appearance in any row. */
export function columnsOf(rows: readonly Row[]): readonly Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => {
    const values = rows.map((row) => row[name] ?? null).filter((value) => value !== null);
    return { name, numeric: values.length > 0 && values.every((value) => decimal.test(String(value))) };
  });
}

/** Transaction ids are UUIDs of version 7. */
export function isTransactionId(text: string): boolean {
  return uuid.test(text);
}
