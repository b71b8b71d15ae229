"use client";
import type { LaneName } from "#contract/names.ts";
import { lastHit } from "./flight-plan.ts";
import { useLive } from "./provider.tsx";

/** The broker's gate brightens once whenever it has absorbed a copy. */
export function GateFlash({ lane }: { lane: LaneName }) {
  const moments = useLive((state) => state.moments);
  const paused = useLive((state) => state.frozen !== null);
  const hit = paused ? null : lastHit(moments, lane);
  if (hit === null) return null;
  const style = { animationDelay: `${hit.startMs}ms` };
  return <i key={hit.id} className="gate-hit" style={style} aria-hidden="true" />;
}
