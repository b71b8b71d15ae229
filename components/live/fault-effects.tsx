import type { FaultSnapshot } from "#contract/snapshot.ts";
import { effectRows } from "./fault-view.ts";
import { formatCount } from "./format.ts";

/** What every layer absorbed because of one fault, per lane. */
export function FaultEffectsTable({ fault }: { fault: FaultSnapshot }) {
  return (
    <table className="w-full">
      <caption className="pb-1 text-left text-ink2">
        <span className="fault-tag mr-1.5">{fault.id}</span>
        {fault.title}, {fault.state}
      </caption>
      <thead>
        <tr className="text-left text-ink3">
          <th className="font-normal">copies</th>
          <th className="text-right font-normal">protected</th>
          <th className="text-right font-normal">unprotected</th>
        </tr>
      </thead>
      <tbody>
        {effectRows(fault).map(({ label, tone, counts }) => (
          <tr key={label} className="border-t border-line">
            <td className="py-0.5">{label}</td>
            {(["protected", "unprotected"] as const).map((lane) => (
              <td
                key={lane}
                className={`py-0.5 text-right ${counts[lane] === 0 ? "text-ink3" : tone === "plain" ? "" : `font-semibold tone-${tone}`}`}
              >
                {formatCount(counts[lane])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
