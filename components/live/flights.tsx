"use client";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { flightEnd, laneFlights, type Flight, type FlightEnd } from "./flight-plan.ts";
import { trackCauses } from "./gate-view.ts";
import { useLive } from "./provider.tsx";

/** Copies seen to move. Each flight is an element that plays its animation once and then stays invisible. */
export function LaneFlights({ lane }: { lane: LaneSnapshot }) {
  const paused = useLive((state) => state.frozen !== null);
  const moments = useLive((state) => state.moments);
  const tape = useLive((state) => state.data.tape);
  if (paused) return null;
  const tone = lane.protections.idempotence ? "onward" : "through";
  return laneFlights(moments, lane.name, tape).map((flight) => (
    <FlightMarks key={flight.key} flight={flight} tone={tone} end={flightEnd(lane.protections)} />
  ));
}

function FlightMarks({ flight, tone, end }: { flight: Flight; tone: string; end: FlightEnd }) {
  const { kind, marks, cause, startMs } = flight;
  const style = { "--track": trackCauses.indexOf(cause) + 1, "--start": `${startMs}ms` } as React.CSSProperties;
  return (
    <div className={`flight ${kind}`} data-end={end} style={style} aria-hidden="true">
      <span className="marks">
        {Array.from({ length: marks }, (_, index) => (
          <i key={index} className={`mark ${tone}`} />
        ))}
      </span>
    </div>
  );
}
