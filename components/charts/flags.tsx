"use client";
import { Popover } from "radix-ui";
import type { CSSProperties } from "react";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { FaultEffectsTable } from "../live/fault-effects.tsx";
import { effectSummary } from "../live/fault-view.ts";
import { flagsAt, isShown, placeOf, type TimeScale } from "./time-scale.ts";

/** A flag shows its words only where the next one leaves room for some of them, percent of the axis. */
const wordsRoom = 9;
/** The last flag's words may run over the axis' end, where the row names stand. */
const beyondEnd = 20;

/** Faults as marks on the shared axis; each opens what every layer absorbed because of it. Close ones share a mark. */
export function Flags({ faults, scale }: { faults: readonly FaultSnapshot[]; scale: TimeScale }) {
  const shown = faults.filter((fault) => isShown(scale, Date.parse(fault.at)));
  const earlier = faults.length - shown.length;
  const places = flagsAt(shown.map((fault) => placeOf(scale, Date.parse(fault.at))));
  return (
    <div className="flags">
      {places.map(({ place, room, first, count }, index) => {
        const isLast = index === places.length - 1;
        const here = shown.slice(first, first + count);
        return <Flag key={here[0]?.id} faults={here} place={place} room={isLast ? room + beyondEnd : room} />;
      })}
      {earlier > 0 && shown.length === 0 && (
        <span className="flag text-ink3">{earlier === 1 ? "1 earlier fault" : `${earlier} earlier faults`}</span>
      )}
    </div>
  );
}

interface FlagProps {
  readonly faults: readonly FaultSnapshot[];
  readonly place: number;
  readonly room: number;
}

function Flag({ faults, place, room }: FlagProps) {
  const first = faults[0];
  const last = faults.at(-1);
  if (first === undefined || last === undefined) return null;
  const isOne = first === last;
  const summary = isOne ? effectSummary(first) : { text: `${first.title} to ${last.title}`, tone: "quiet" };
  const title = isOne ? first.title : `${faults.length} faults`;
  const numbers = isOne ? String(first.id) : `${first.id}–${last.id}`;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="flag"
          style={{ left: `${place}%`, "--room": room } as CSSProperties}
          data-testid={`fault-flag-${numbers}`}
          aria-label={isOne ? `Fault ${numbers}, ${title}: ${summary.text}` : `Faults ${numbers}: ${summary.text}`}
        >
          <span className="fault-tag">{numbers}</span>
          {room >= wordsRoom && (
            <span>
              <b>{title}</b>
              <small data-tone={summary.tone}>{summary.text}</small>
            </span>
          )}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover flag-popover" sideOffset={4} collisionPadding={8}>
          <h3 className="mb-1.5">What each layer did</h3>
          {faults.map((fault) => (
            <FaultEffectsTable key={fault.id} fault={fault} />
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
