"use client";
import { AlarmControls } from "../controls/alarm-controls.tsx";
import { FaultGutter } from "../controls/fault-gutter.tsx";
import { DropLines } from "./drop-lines.tsx";
import { Equations } from "./equations.tsx";
import { columnOf, LaneBand } from "./lane-band.tsx";
import { LayerHead } from "./layer-head.tsx";
import { layerNames } from "./layer-view.ts";
import { laneOf, useLive, useSnapshot } from "./provider.tsx";

/** The page itself: five layers, two lanes, the gates between, the verdicts at the end. */
export function Pipeline() {
  const snapshot = useSnapshot();
  const connection = useLive((state) => state.connection.state);
  const paused = useLive((state) => state.frozen !== null);
  const still = connection !== "live" || paused || snapshot?.simulator.running !== true;
  return (
    <div className={connection === "disconnected" ? "pipeline stale" : "pipeline"}>
      <div className="heads">
        {layerNames.map((layer) => (
          <LayerHead key={layer} layer={layer} column={columnOf(layer)} snapshot={snapshot} />
        ))}
        <FaultGutter boundaries={["application-producer"]} column={2} across={1} />
        <FaultGutter boundaries={["producer-broker"]} column={4} across={2} />
        <FaultGutter boundaries={["broker", "broker-consumer"]} column={6} across={2} />
        <FaultGutter boundaries={["consumer-warehouse"]} column={8} across={2} />
        <VerdictHead />
      </div>
      {(["protected", "unprotected"] as const).map((name) => {
        const lane = laneOf(snapshot, name);
        return (
          <div key={name} className="contents">
            <LaneBand name={name} lane={lane} snapshot={snapshot} still={still} />
            {lane === null ? (
              <div className="equations h-[3.9375rem]" data-lane={name} />
            ) : (
              <Equations lane={lane} nowMs={Date.parse(snapshot?.at ?? "")} />
            )}
          </div>
        );
      })}
      <DropLines />
    </div>
  );
}

function VerdictHead() {
  const faultsError = useLive((state) => state.faultsError);
  return (
    <div className="head verdict-head" style={{ "--column": 10 } as React.CSSProperties}>
      <h2>Verdict</h2>
      <p className="mb-2 text-ink2">booked against intended, by window</p>
      <AlarmControls />
      {faultsError !== null && (
        <p role="alert" className="text-wait">
          Faults cannot be listed: {faultsError}
        </p>
      )}
    </div>
  );
}
