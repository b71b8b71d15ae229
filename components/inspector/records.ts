import { isCurrency } from "#contract/money.ts";
import { formatAmount } from "../live/format.ts";

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

const zero = /^-?0(\.0+)?$/;
const timestamp = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\.?(\d*)Z$/;
/** Totals that are worth a column even when nothing was counted. */
const alwaysShown = new Set(["intended", "booked"]);

export interface Arranged {
  readonly columns: readonly Column[];
  /** Columns that are 0 in every row, left out. */
  readonly zeroNames: readonly string[];
}

/** The verdict first, and no column in which nothing stands but zeros. */
export function arrange(rows: readonly Row[]): Arranged {
  const all = columnsOf(rows);
  const isZero = ({ name }: Column): boolean =>
    !alwaysShown.has(name) && rows.every((row) => row[name] === null || zero.test(String(row[name] ?? "")));
  const kept = all.filter((column) => !isZero(column));
  const first = kept.filter(({ name }) => name === "verdict");
  return {
    columns: [...first, ...kept.filter(({ name }) => name !== "verdict")],
    zeroNames: all.filter(isZero).map(({ name }) => name),
  };
}

/** A value as a person reads it: times without their date, money in its currency. */
export function cellText(row: Row, name: string): string {
  const value = row[name] ?? null;
  if (value === null) return "–";
  const text = String(value);
  const time = timestamp.exec(text);
  if (time !== null) return `${time[1]}${/^0*$/.test(time[2] ?? "") ? "" : `.${time[2]}`}`;
  const currency = row["currency"];
  if (/(_money|amount)$/.test(name) && isCurrency(currency) && decimal.test(text)) return formatAmount(text, currency);
  return text;
}
