import Link from "next/link";
import { cellText, columnsOf, isTransactionId, type Column, type Row } from "./records.ts";

interface RecordTableProps {
  readonly rows: readonly Row[];
  /** Which columns in which order; all of them when left out. */
  readonly columns?: readonly Column[];
}

/** Rows of a system of record; transaction ids lead to the inspector. */
export function RecordTable({ rows, columns = columnsOf(rows) }: RecordTableProps) {
  if (rows.length === 0) return <p className="text-ink3">nothing</p>;
  return (
    <div className="record-scroll">
      <table className="record-table">
        <thead>
          <tr>
            {columns.map(({ name, numeric }) => (
              <th key={name} scope="col" className={numeric ? "right" : undefined}>
                {heading(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map(({ name, numeric }) => (
                <td key={name} className={numeric ? "right" : undefined} title={String(row[name] ?? "")}>
                  <Cell row={row} name={name} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `window_start` and `eventTime` as words. */
const heading = (name: string): string =>
  name.replaceAll("_", " ").replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => {
    return `${before} ${after.toLowerCase()}`;
  });

const verdictTones: Readonly<Record<string, string>> = {
  MATCH: "text-match",
  BREAK: "font-semibold text-through",
  PENDING: "text-wait",
};

function Cell({ row, name }: { row: Row; name: string }) {
  const text = cellText(row, name);
  if (isTransactionId(text)) return <Link href={`/payments?id=${text}`}>{text}</Link>;
  const tone = name === "verdict" ? verdictTones[text] : undefined;
  return tone === undefined ? text : <span className={tone}>{text}</span>;
}
