import type { ReactNode } from "react";
import type { ProtectionName } from "#contract/names.ts";
import type { LaneSnapshot, TotalName } from "#contract/snapshot.ts";
import { ProtectionSwitch } from "../controls/protection-switch.tsx";
import { formatCount, longStep } from "./format.ts";
import { gateView, marks, trackCauses, type GateName, type GateView, type TrackView } from "./gate-view.ts";
import { Marks } from "./marks.tsx";
import { TotalNumber } from "./total-number.tsx";

export const gateSwitches: Readonly<Record<GateName, readonly ProtectionName[]>> = {
  broker: ["idempotence"],
  consumer: ["deduplication"],
  warehouse: ["insertIds", "merge"],
};

/** What stands before a gate and has not passed it: total, and its word. */
const gateQueues: Readonly<Record<GateName, { readonly total: TotalName; readonly label: string }>> = {
  broker: { total: "inFlight", label: "in flight" },
  consumer: { total: "lag", label: "to read" },
  warehouse: { total: "notYetMerged", label: "to book" },
};

export const absorbedNames: Readonly<Record<GateName, TotalName>> = {
  broker: "absorbedByBroker",
  consumer: "duplicates",
  warehouse: "absorbedByMerge",
};

export function QueueChip({ gate, lane }: { gate: GateName; lane: LaneSnapshot }) {
  const { total, label } = gateQueues[gate];
  const count = lane.totals[total].count;
  const unknown = gate === "broker" ? (lane.totals.unknown.count ?? 0) : 0;
  return (
    <span className="queue" data-zero={count === 0 && unknown === 0 ? "" : undefined}>
      <b data-testid={`total-${lane.name}-${total}`} data-count={count ?? ""}>
        {formatCount(count)}
      </b>
      {label}
      {unknown > 0 && (
        <>
          <b data-testid={`total-${lane.name}-unknown`} data-count={unknown}>
            {formatCount(unknown)}
          </b>
          unknown
        </>
      )}
    </span>
  );
}

/** The wall itself: solid when the protection is on, dashed posts when it is off. */
function GateBar({ closed, second = false }: { closed: boolean; second?: boolean }) {
  return (
    <div className={second ? "gate-bar second" : "gate-bar"} data-closed={closed ? "" : undefined} aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}

function Track({ track }: { track: TrackView }) {
  const { stopped, passed } = track;
  const incoming = stopped !== null || passed !== null;
  const tone = passed?.tone ?? "onward";
  return (
    <div className="track">
      <span className={incoming ? `rail ${tone}` : undefined}>{stopped !== null && <Marks view={stopped} />}</span>
      <span className={passed === null ? undefined : `rail ${tone}`}>{passed !== null && <Marks view={passed} />}</span>
    </div>
  );
}

interface GateProps {
  readonly gate: GateName;
  readonly column: number;
  readonly lane: LaneSnapshot;
  /** Flashes over the gate: the ids of moments in which it has just absorbed something. */
  readonly children?: ReactNode;
}

/** What a layer absorbed, as marks on the tracks of their causes, and what went on through it. */
export function Gate({ gate, column, lane, children }: GateProps) {
  const view = gateView(gate, lane);
  const switches = gateSwitches[gate];
  return (
    <div
      className="gate"
      data-testid={`gate-${lane.name}-${gate}`}
      data-state={view.closed ? "closed" : "open"}
      style={{ "--column": column } as React.CSSProperties}
    >
      <div className="gate-switches" data-count={switches.length}>
        {switches.map((protection) => (
          <ProtectionSwitch
            key={protection}
            lane={lane.name}
            protection={protection}
            on={lane.protections[protection]}
          />
        ))}
      </div>
      <div className="gate-queue">
        <QueueChip gate={gate} lane={lane} />
      </div>
      <GateBar closed={view.closed} />
      {gate === "warehouse" && <GateBar closed={lane.protections.insertIds} second />}
      {children}
      <div className="gate-tracks">
        {view.tracks.map((track) => (
          <Track key={track.cause} track={track} />
        ))}
      </div>
      <GateNumbers gate={gate} lane={lane} view={view} />
    </div>
  );
}

function GateNumbers({ gate, lane, view }: { gate: GateName; lane: LaneSnapshot; view: GateView }) {
  const passedText = formatCount(view.passed);
  return (
    <div className="gate-foot">
      <span className="catch stopped" data-tone={(view.absorbed ?? 0) > 0 ? "absorbed" : "zero"}>
        <TotalNumber lane={lane.name} name={absorbedNames[gate]} count={view.absorbed} room={4} />
        <span>absorbed</span>
      </span>
      <span className="catch passed" data-tone={view.passedTone}>
        <b data-long={longStep(passedText, 4) || undefined}>{passedText}</b>
        <span>{view.passedLabel}</span>
      </span>
    </div>
  );
}

/** The first gutter has no gate: what the application sends again comes through it as a new record. */
export function ApplicationTrack({ lane, column }: { lane: LaneSnapshot; column: number }) {
  const resent = marks(
    lane.totals.applicationResends.count ?? 0,
    lane.protections.deduplication ? "onward" : "through",
  );
  return (
    <div className="gate" style={{ "--column": column } as React.CSSProperties}>
      <div className="gate-tracks">
        {trackCauses.map((cause) => {
          const shown = cause === "application-again" ? resent : null;
          return (
            <div key={cause} className={shown === null ? "track" : `track rail ${shown.tone}`}>
              <span />
              <span>{shown !== null && <Marks view={shown} />}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
