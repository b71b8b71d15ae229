"use client";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { laneFlights, type Flight } from "./flight-plan.ts";
import { useLive } from "./provider.tsx";

/** Copies seen to move. Each flight is an element that plays its animation once and then stays invisible. */
export function LaneFlights({ lane }: { lane: LaneSnapshot }) {
  const paused = useLive((state) => state.frozen !== null);
  const moments = useLive((state) => state.moments);
  if (paused) return null;
  return laneFlights(moments, lane.name).map((flight) => (
    <FlightMarks key={flight.id} flight={flight} tone={lane.protections.idempotence ? "onward" : "through"} />
  ));
}

function FlightMarks({ flight, tone }: { flight: Flight; tone: string }) {
  return (
    <div className={`flight ${flight.kind}`} aria-hidden="true">
      <span className="marks">
        {Array.from({ length: flight.marks }, (_, index) => (
          <i key={index} className={`mark ${tone}`} />
        ))}
      </span>
    </div>
  );
}
