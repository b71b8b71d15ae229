"use client";
import { AlarmControls } from "../controls/alarm-controls.tsx";
import { MoreFaults, PlacedFault } from "../controls/fault-gutter.tsx";
import { ProtectionSwitch } from "../controls/protection-switch.tsx";
import type { FaultBoundary } from "#contract/faults.ts";
import { laneNames } from "#contract/names.ts";
import type { LaneSnapshot, Snapshot } from "#contract/snapshot.ts";
import { formatCount } from "./format.ts";
import { absorbedNames, gateSwitches, QueueChip } from "./gate.tsx";
import { gateView, marks, type GateName } from "./gate-view.ts";
import { headLines } from "./layer-head.tsx";
import { layerNames, layerTitles, layerTotals, layerView, type LayerName } from "./layer-view.ts";
import { Marks } from "./marks.tsx";
import { useLive } from "./provider.tsx";
import { TotalNumber } from "./total-number.tsx";

/** What stands below each layer: the gate to the next one, and the faults of that boundary. */
const below: Readonly<Partial<Record<LayerName, { gate: GateName | null; boundaries: readonly FaultBoundary[] }>>> = {
  simulator: { gate: null, boundaries: ["application-producer"] },
  producer: { gate: "broker", boundaries: ["producer-broker"] },
  broker: { gate: "consumer", boundaries: ["broker", "broker-consumer"] },
  consumer: { gate: "warehouse", boundaries: ["consumer-warehouse"] },
};

export function StackedPipeline({ snapshot }: { snapshot: Snapshot | null }) {
  return (
    <section className="stacked-pipeline" aria-label="Pipeline">
      <div className="stacked-row stacked-lanes">
        <span />
        <span>Protected</span>
        <span>Unprotected</span>
      </div>
      {layerNames.map((layer) => (
        <div key={layer}>
          <StackedLayer layer={layer} snapshot={snapshot} />
          <StackedGutter layer={layer} snapshot={snapshot} />
        </div>
      ))}
    </section>
  );
}

function StackedLayer({ layer, snapshot }: { layer: LayerName; snapshot: Snapshot | null }) {
  const lines = snapshot === null ? null : headLines(layer, snapshot);
  const facts = lines === null ? [] : [lines.badge ?? lines.product, ...lines.details].slice(0, 2);
  return (
    <div className="stacked-row stacked-layer">
      <div className="stacked-name">
        <h2>{layerTitles[layer]}</h2>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </div>
      {laneNames.map((name) => {
        const lane = snapshot?.lanes.find((entry) => entry.name === name);
        return (
          <div key={name} className="stacked-total">
            {lane === undefined || snapshot === null ? (
              <b className="total" data-unread="">
                –
              </b>
            ) : (
              <LayerTotal layer={layer} lane={lane} snapshot={snapshot} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function LayerTotal({ layer, lane, snapshot }: { layer: LayerName; lane: LaneSnapshot; snapshot: Snapshot }) {
  const view = layerView(layer, lane, snapshot);
  return (
    <>
      <TotalNumber
        lane={lane.name}
        name={layerTotals[layer].total}
        count={view.total.count}
        className="total"
        room={8}
      />
      <span className="layer-label">{view.asOf ?? view.label}</span>
      {view.why !== null && <span className="layer-why">{view.why}</span>}
    </>
  );
}

function StackedGutter({ layer, snapshot }: { layer: LayerName; snapshot: Snapshot | null }) {
  const faults = useLive((state) => state.faults) ?? [];
  const entry = below[layer];
  if (layer === "warehouse") {
    return (
      <div className="stacked-faults-row">
        <AlarmControls />
      </div>
    );
  }
  if (entry === undefined) return null;
  const here = faults.filter(
    (fault) => entry.boundaries.includes(fault.boundary) && fault.kind !== "acknowledgement-lost",
  );
  const { gate } = entry;
  if (gate === null) {
    if (here.length === 0) return null;
    return (
      <div className="stacked-faults-row">
        {here.slice(0, 2).map((fault) => (
          <PlacedFault key={fault.kind} fault={fault} size="normal" />
        ))}
        {here.length > 2 && <MoreFaults faults={here.slice(2)} />}
      </div>
    );
  }
  return (
    <div className="stacked-row stacked-gates">
      <div className="stacked-faults">
        {here.slice(0, 2).map((fault) => (
          <PlacedFault key={fault.kind} fault={fault} size="normal" />
        ))}
        {here.length > 2 && <MoreFaults faults={here.slice(2)} />}
      </div>
      {snapshot?.lanes.map((lane) => (
        <StackedGate key={lane.name} gate={gate} lane={lane} />
      ))}
    </div>
  );
}

/** A gate as a horizontal wall: what it stopped lies above it, what went through runs on below. */
function StackedGate({ gate, lane }: { gate: GateName; lane: LaneSnapshot }) {
  const view = gateView(gate, lane);
  const stopped = marks(view.absorbed ?? 0, "absorbed");
  const passed = marks(view.passed, view.passedTone === "zero" ? "onward" : view.passedTone);
  return (
    <div
      className="stacked-gate"
      data-testid={`gate-${lane.name}-${gate}`}
      data-state={view.closed ? "closed" : "open"}
    >
      {gateSwitches[gate].map((protection) => (
        <ProtectionSwitch key={protection} lane={lane.name} protection={protection} on={lane.protections[protection]} />
      ))}
      <QueueChip gate={gate} lane={lane} />
      <div className="stacked-marks">{stopped !== null && <Marks view={stopped} />}</div>
      <div className="stacked-wall" />
      <div className="stacked-catch" data-tone={(view.absorbed ?? 0) > 0 ? "absorbed" : "zero"}>
        <TotalNumber lane={lane.name} name={absorbedNames[gate]} count={view.absorbed} /> absorbed
      </div>
      {passed !== null && (
        <>
          <div className="stacked-marks">
            <Marks view={passed} />
          </div>
          <div className="stacked-catch" data-tone={view.passedTone}>
            <b>{formatCount(view.passed)}</b> {view.passedLabel}
          </div>
        </>
      )}
    </div>
  );
}
