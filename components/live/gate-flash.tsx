"use client";
import type { LaneName } from "#contract/names.ts";
import { lastAbsorbed } from "./flight-plan.ts";
import { useLive } from "./provider.tsx";

/** The broker's gate brightens once whenever it has absorbed a copy. */
export function GateFlash({ lane }: { lane: LaneName }) {
  const id = useLive((state) => (state.frozen === null ? lastAbsorbed(state.moments, lane) : null));
  return id === null ? null : <i key={id} className="gate-hit" aria-hidden="true" />;
}
