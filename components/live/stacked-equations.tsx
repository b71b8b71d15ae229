"use client";
import { Popover } from "radix-ui";
import type { LaneName } from "#contract/names.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import { EquationDetail } from "./equation-detail.tsx";
import { equationRows } from "./equation-shapes.ts";
import { equationView, type EquationView } from "./equation-view.ts";
import { Remainder } from "./equations.tsx";

const sentence = (view: EquationView): string =>
  view.terms.map(({ operator, label }) => (operator === null ? label : `${operator} ${label}`)).join(" ");

/** The equations in words, with both lanes' remainders. */
export function StackedEquations({ snapshot }: { snapshot: Snapshot | null }) {
  if (snapshot === null) return null;
  const lanes = snapshot.lanes.map((lane) => ({
    name: lane.name,
    views: new Map(lane.equations.map((equation) => [equation.name, equationView(equation)])),
  }));
  return (
    <section className="stacked-equations" aria-label="Equations">
      <h2>Equations</h2>
      {equationRows.flat().map((name) => {
        const first = lanes[0]?.views.get(name);
        if (first === undefined) return null;
        return (
          <div key={name} className="stacked-equation">
            <span>{sentence(first)}</span>
            {lanes.map((lane) => {
              const view = lane.views.get(name);
              return view === undefined ? null : (
                <RemainderButton key={lane.name} lane={lane.name} view={view} nowMs={Date.parse(snapshot.at)} />
              );
            })}
          </div>
        );
      })}
    </section>
  );
}

function RemainderButton({ lane, view, nowMs }: { lane: LaneName; view: EquationView; nowMs: number }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" aria-label={`Equation ${view.name} of the ${lane} lane, remainder ${view.remainderText}`}>
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
