import { formatAge, formatCount, formatMoney } from "./format.ts";
import type { EquationView, RemainderState } from "./equation-view.ts";

const meanings: Readonly<Record<RemainderState, string>> = {
  settled: "Exact, and nothing is left over.",
  unsettled: "Outcomes that nobody knows yet may explain what is left over.",
  wrong: "More is left over than anything explains: somebody must look.",
  unchecked: "A term is derived from the others, because its owner does not say it: nothing is proved here.",
  none: "No consistent cut yet: all terms must be read at one position.",
};

/** One equation in full: every term, also those that are 0, its remainder, and when the cut was taken. */
export function EquationDetail({ view, nowMs }: { view: EquationView; nowMs: number }) {
  const money = view.moneyRemainder === null ? null : formatMoney(view.moneyRemainder, true);
  return (
    <div>
      <h3>
        {view.name}. {view.title}
      </h3>
      <table className="mt-2 w-full">
        <tbody>
          {view.allTerms.map((term) => (
            <tr key={term.name} className={term.operator === "=" ? "border-t border-line2" : undefined}>
              <td className="w-4 text-ink3">{term.operator}</td>
              <td>{term.label}</td>
              <td className={`number text-right ${term.count === 0 ? "text-ink3" : ""}`}>{formatCount(term.count)}</td>
            </tr>
          ))}
          <tr className="border-t border-line2 font-semibold">
            <td />
            <td>left over, records</td>
            <td className="number text-right">{view.remainderText}</td>
          </tr>
          {money !== null && (
            <tr className="font-semibold">
              <td />
              <td>left over, money</td>
              <td className="number text-right">{money.length === 0 ? "0" : money.join(" ")}</td>
            </tr>
          )}
        </tbody>
      </table>
      <p className="mt-2">{meanings[view.state]}</p>
      <p className="text-ink2">
        {view.uncertainty > 0 && `Up to ${formatCount(view.uncertainty)} records are uncertain. `}
        {view.exactAtMs !== null && `All terms read at one position, ${formatAge(nowMs - view.exactAtMs)} ago.`}
      </p>
    </div>
  );
}
