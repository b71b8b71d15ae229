"use client";
import { Popover } from "radix-ui";
import { useRef, useState } from "react";
import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { EquationDetail } from "./equation-detail.tsx";
import { equationRows, type EquationName } from "./equation-shapes.ts";
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

interface EquationButtonProps {
  readonly lane: LaneName;
  readonly view: EquationView;
  readonly open: boolean;
  readonly onOpen: (button: HTMLButtonElement) => void;
}

function EquationButton({ lane, view, open, onOpen }: EquationButtonProps) {
  return (
    <button
      type="button"
      className="equation"
      aria-label={`Equation ${view.name}: ${view.title}, remainder ${view.remainderText}`}
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={(event) => {
        onOpen(event.currentTarget);
      }}
    >
      <span className="equation-name">{view.name}</span>
      {view.terms.map((term) => (
        <Term key={term.name} term={term} />
      ))}
      <Remainder lane={lane} view={view} label="rest" />
    </button>
  );
}

/** The lane's equations, in two rows under its band; the one that is opened stands in full beside its button. */
export function Equations({ lane, nowMs }: { lane: LaneSnapshot; nowMs: number }) {
  const [opened, setOpened] = useState<EquationName | null>(null);
  const anchor = useRef<HTMLButtonElement | null>(null);
  const views = new Map(lane.equations.map((equation) => [equation.name, equationView(equation)]));
  const shown = opened === null ? undefined : views.get(opened);
  return (
    <section className="equations" data-lane={lane.name} aria-label={`Equations of the ${lane.name} lane`}>
      {equationRows.map((row) => (
        <div key={row.join()} className="equation-row">
          {row.map((name) => {
            const view = views.get(name);
            if (view === undefined) return null;
            return (
              <EquationButton
                key={name}
                lane={lane.name}
                view={view}
                open={opened === name}
                onOpen={(button) => {
                  anchor.current = button;
                  setOpened(name);
                }}
              />
            );
          })}
        </div>
      ))}
      {shown !== undefined && (
        <Popover.Root
          open
          onOpenChange={() => {
            setOpened(null);
          }}
        >
          <Popover.Anchor virtualRef={anchor} />
          <Popover.Portal>
            <Popover.Content
              className="popover"
              sideOffset={4}
              collisionPadding={8}
              onCloseAutoFocus={(event) => {
                event.preventDefault();
                anchor.current?.focus();
              }}
            >
              <EquationDetail view={shown} nowMs={nowMs} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </section>
  );
}
