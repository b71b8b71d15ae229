"use client";
import { Popover } from "radix-ui";
import type { FaultBoundary, FaultDescription } from "#contract/faults.ts";
import { lastOfKind } from "../live/fault-view.ts";
import { useLive, useView } from "../live/provider.tsx";
import { FaultButton, type FaultSize } from "./fault-button.tsx";
import { gutterRows } from "./gutter-rows.ts";
import { Icon } from "./icons.tsx";

/** Where the faults of a boundary act, in words. */
const boundaryTitles: Readonly<Record<FaultBoundary, string>> = {
  "application-producer": "Application and producer",
  "producer-broker": "Between producer and broker",
  broker: "Broker",
  "broker-consumer": "Consumer",
  "consumer-warehouse": "Between consumer and warehouse",
  alarm: "What is booked, changed behind the pipeline",
};

interface FaultGutterProps {
  readonly boundaries: readonly FaultBoundary[];
  readonly column: number;
  /** Buttons that stand side by side in this gutter's width. */
  readonly across: 1 | 2;
}

/** The faults of one gutter. What does not fit stands behind "more". */
export function FaultGutter({ boundaries, column, across }: FaultGutterProps) {
  const faults = useLive((state) => state.faults);
  const here = (faults ?? []).filter((fault) => boundaries.includes(fault.boundary));
  const { rows, rest } = gutterRows(here, across);
  return (
    <div
      className="gutter-faults"
      role="group"
      aria-label={`Faults: ${boundaries.map((boundary) => boundaryTitles[boundary]).join(", ")}`}
      style={{ gridColumn: column }}
    >
      {rows.map((row, index) => (
        <div key={row.faults[0]?.kind} className="pair">
          {row.faults.map((fault) => (
            <PlacedFault key={fault.kind} fault={fault} size={row.size} />
          ))}
          {index === rows.length - 1 && rest.length > 0 && across === 2 && <MoreFaults faults={rest} />}
        </div>
      ))}
      {rest.length > 0 && across === 1 && <MoreFaults faults={rest} />}
    </div>
  );
}

/** A fault with the number of its last injection. */
export function PlacedFault({ fault, size }: { fault: FaultDescription; size: FaultSize }) {
  const last = useView((data) => lastOfKind(data.snapshot?.faults ?? [], fault.kind));
  return <FaultButton fault={fault} size={size} last={last} />;
}

/** A button that opens a list of faults. */
export function MoreFaults({ faults, label }: { faults: readonly FaultDescription[]; label?: string }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className={label === undefined ? "fault quiet list" : "tool w-max"}>
          {label ?? `${faults.length} more`}
          <Icon name="chevron" small />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover fault-list"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label="More faults"
        >
          {[...Map.groupBy(faults, ({ boundary }) => boundary)].map(([boundary, here]) => (
            <section key={boundary} aria-label={boundaryTitles[boundary]}>
              <h3>{boundaryTitles[boundary]}</h3>
              {here.map((fault) => (
                <div key={fault.kind} className="fault-entry">
                  <PlacedFault fault={fault} size="normal" />
                  <p className="text-ink2">{fault.hint}</p>
                  {fault.cannotActBecause !== null && <p className="text-wait">Not now: {fault.cannotActBecause}</p>}
                </div>
              ))}
            </section>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
