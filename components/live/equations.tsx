"use client";
import { Popover } from "radix-ui";
import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { EquationDetail } from "./equation-detail.tsx";
import { equationRows } from "./equation-shapes.ts";
import { equationView, type EquationView, type TermView } from "./equation-view.ts";
import { formatCount } from "./format.ts";

export function Remainder({ lane, view, label }: { lane: LaneName; view: EquationView; label: string }) {
  return (
    <span
      className="remainder"
      data-testid={`remainder-${lane}-${view.name}`}
      data-remainder={view.remainder ?? ""}
      data-state={view.state}
    >
      <b>{view.remainderText}</b>
      <i>{label}</i>
    </span>
  );
}

function Term({ term }: { term: TermView }) {
  return (
    <>
      {term.operator !== null && <span className="operator">{term.operator}</span>}
      <span className="term" data-tone={term.tone} data-zero={term.count === 0 || term.count === null ? "" : undefined}>
        <b>{formatCount(term.count)}</b>
        <i>{term.label}</i>
      </span>
    </>
  );
}

function EquationButton({ lane, view, nowMs }: { lane: LaneName; view: EquationView; nowMs: number }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="equation"
          aria-label={`Equation ${view.name}: ${view.title}, remainder ${view.remainderText}`}
        >
          <span className="equation-name">{view.name}</span>
          {view.terms.map((term) => (
            <Term key={term.name} term={term} />
          ))}
          <Remainder lane={lane} view={view} label="rest" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={4} collisionPadding={8}>
          <EquationDetail view={view} nowMs={nowMs} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The lane's equations, in two rows under its band. */
export function Equations({ lane, nowMs }: { lane: LaneSnapshot; nowMs: number }) {
  const views = new Map(lane.equations.map((equation) => [equation.name, equationView(equation)]));
  return (
    <section className="equations" data-lane={lane.name} aria-label={`Equations of the ${lane.name} lane`}>
      {equationRows.map((row) => (
        <div key={row.join()} className="equation-row">
          {row.map((name) => {
            const view = views.get(name);
            return view === undefined ? null : <EquationButton key={name} lane={lane.name} view={view} nowMs={nowMs} />;
          })}
        </div>
      ))}
    </section>
  );
}
