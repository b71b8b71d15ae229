import Link from "next/link";
import { columnsOf, isTransactionId, type Row } from "./records.ts";

/** Rows of a system of record as they are; transaction ids lead to the inspector. */
export function RecordTable({ rows }: { rows: readonly Row[] }) {
  if (rows.length === 0) return <p className="text-ink3">nothing</p>;
  const columns = columnsOf(rows);
  return (
    <div className="record-scroll">
      <table className="record-table">
        <thead>
          <tr>
            {columns.map(({ name, numeric }) => (
              <th key={name} scope="col" className={numeric ? "right" : undefined}>
                {name.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map(({ name, numeric }) => (
                <td key={name} className={numeric ? "right" : undefined}>
                  <Cell value={row[name] ?? null} column={name} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const verdictTones: Readonly<Record<string, string>> = {
  MATCH: "text-match",
  BREAK: "font-semibold text-through",
  PENDING: "text-wait",
};

function Cell({ value, column }: { value: string | number | null; column: string }) {
  if (value === null) return <span className="text-ink3">–</span>;
  const text = String(value);
  if (isTransactionId(text)) return <Link href={`/payments?id=${text}`}>{text}</Link>;
  const tone = column === "verdict" ? verdictTones[text] : undefined;
  return tone === undefined ? text : <span className={tone}>{text}</span>;
}
