"use client";
import { Popover } from "radix-ui";
import type { CSSProperties } from "react";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { FaultEffectsTable } from "../live/fault-effects.tsx";
import { effectSummary } from "../live/fault-view.ts";
import { labelRoom, placeOf, isShown, type TimeScale } from "./time-scale.ts";

/** A flag shows its words only where the next one leaves room for some of them, percent of the axis. */
const wordsRoom = 9;
/** The last flag's words may run over the axis' end, where the row names stand. */
const beyondEnd = 20;

/** Faults as marks on the shared axis; each opens what every layer absorbed because of it. */
export function Flags({ faults, scale }: { faults: readonly FaultSnapshot[]; scale: TimeScale }) {
  const shown = faults.filter((fault) => isShown(scale, Date.parse(fault.at)));
  const earlier = faults.length - shown.length;
  const places = labelRoom(shown.map((fault) => placeOf(scale, Date.parse(fault.at))));
  return (
    <div className="flags">
      {shown.map((fault, index) => {
        const { place, room } = places[index] ?? { place: 0, room: 0 };
        const isLast = index === shown.length - 1;
        return <Flag key={fault.id} fault={fault} place={place} room={isLast ? room + beyondEnd : room} />;
      })}
      {earlier > 0 && shown.length === 0 && (
        <span className="flag text-ink3">{earlier === 1 ? "1 earlier fault" : `${earlier} earlier faults`}</span>
      )}
    </div>
  );
}

function Flag({ fault, place, room }: { fault: FaultSnapshot; place: number; room: number }) {
  const summary = effectSummary(fault);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="flag"
          style={{ left: `${place}%`, "--room": room } as CSSProperties}
          data-testid={`fault-flag-${fault.id}`}
          aria-label={`Fault ${fault.id}, ${fault.title}: ${summary.text}`}
        >
          <span className="fault-tag">{fault.id}</span>
          {room >= wordsRoom && (
            <span>
              <b>{fault.title}</b>
              <small data-tone={summary.tone}>{summary.text}</small>
            </span>
          )}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={4} collisionPadding={8}>
          <h3 className="mb-1.5">What each layer did</h3>
          <FaultEffectsTable fault={fault} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
