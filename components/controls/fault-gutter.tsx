"use client";
import { Popover } from "radix-ui";
import type { FaultBoundary, FaultDescription } from "#contract/faults.ts";
import { lastOfKind } from "../live/fault-view.ts";
import { useLive, useView } from "../live/provider.tsx";
import { FaultButton, type FaultSize } from "./fault-button.tsx";
import { gutterRows } from "./gutter-rows.ts";
import { Icon } from "./icons.tsx";

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
      aria-label={`Faults: ${boundaries.join(", ")}`}
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
        <Popover.Content className="popover grid gap-1.5" align="start" sideOffset={6} collisionPadding={8}>
          {faults.map((fault) => (
            <div key={fault.kind}>
              <PlacedFault fault={fault} size="normal" />
              <p className="mt-0.5 px-1.5 text-[0.6875rem] text-ink2">{fault.hint}</p>
            </div>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
