import type { LaneName } from "#contract/names.ts";
import { protectionNames } from "#contract/names.ts";
import type { LaneSnapshot, Snapshot } from "#contract/snapshot.ts";
import { LaneFlights } from "./flights.tsx";
import { GateFlash } from "./gate-flash.tsx";
import { ApplicationTrack, Gate } from "./gate.tsx";
import { gateNames, gateView, type GateName } from "./gate-view.ts";
import { LayerColumn, Rails } from "./layer-column.tsx";
import { layerNames, type LayerName } from "./layer-view.ts";
import { Verdict } from "./verdict.tsx";

/** Columns of the grid: a layer stands on every odd one, a gutter on every even one, the verdict on the tenth. */
export const columnOf = (layer: LayerName): number => layerNames.indexOf(layer) * 2 + 1;
const gateColumns: Readonly<Record<GateName, number>> = { broker: 4, consumer: 6, warehouse: 8 };

const laneTitles: Readonly<Record<LaneName, string>> = {
  protected: "Protected lane",
  unprotected: "Unprotected lane",
};

/** Which protections are on, in words. */
function protectionsInWords(lane: LaneSnapshot): string {
  const on = protectionNames.filter((name) => lane.protections[name]);
  const same = lane.name === "unprotected" ? "same payments, " : "";
  if (on.length === protectionNames.length) return `${same}every layer on`;
  return on.length === 0 ? `${same}every layer off` : `${same}${on.length} of ${protectionNames.length} protections on`;
}

interface LaneBandProps {
  readonly name: LaneName;
  readonly lane: LaneSnapshot | null;
  readonly snapshot: Snapshot | null;
  /** No chevrons while nothing flows or nothing is heard. */
  readonly still: boolean;
}

/** One pipeline from left to right: layers, the gates between them, and the verdict. */
export function LaneBand({ name, lane, snapshot, still }: LaneBandProps) {
  const views = lane === null ? null : Object.fromEntries(gateNames.map((gate) => [gate, gateView(gate, lane)]));
  const runStartMs = snapshot === null ? 0 : Date.parse(snapshot.run.startedAt);
  return (
    <section className="band" data-lane={name} aria-label={laneTitles[name]}>
      <h2 className="band-title">
        {laneTitles[name]} <span>{lane === null ? "" : protectionsInWords(lane)}</span>
      </h2>
      <div className="stream" data-still={still ? "" : undefined} aria-hidden="true" />
      {layerNames.map((layer) => {
        const before = layer === "simulator" || layer === "producer" ? null : (views?.[layer] ?? null);
        return (
          <LayerColumn
            key={layer}
            layer={layer}
            column={columnOf(layer)}
            lane={lane}
            snapshot={snapshot}
            before={before}
          />
        );
      })}
      {lane !== null && (
        <>
          <ApplicationTrack lane={lane} column={2} />
          {gateNames.map((gate) => (
            <Gate key={gate} gate={gate} column={gateColumns[gate]} lane={lane}>
              {gate === "broker" && <GateFlash lane={name} />}
            </Gate>
          ))}
          {views?.["warehouse"] !== undefined && <Rails before={views["warehouse"]} className="tail" />}
          <LaneFlights lane={lane} />
        </>
      )}
      <Verdict name={name} lane={lane} runStartMs={runStartMs} />
    </section>
  );
}
