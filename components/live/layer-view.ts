import type { LaneName, ProcessName } from "#contract/names.ts";
import type { LaneSnapshot, ProcessSnapshot, Snapshot, Total, TotalName } from "#contract/snapshot.ts";
import { formatClock } from "./format.ts";

/** The columns of the page, in the order of the path. */
export const layerNames = ["simulator", "producer", "broker", "consumer", "warehouse"] as const;
export type LayerName = (typeof layerNames)[number];

export const layerTitles: Readonly<Record<LayerName, string>> = {
  simulator: "Simulator",
  producer: "Producer",
  broker: "Broker",
  consumer: "Consumer",
  warehouse: "Warehouse",
};

/** The number at the head of a layer, and what it is called. */
export const layerTotals: Readonly<Record<LayerName, { readonly total: TotalName; readonly label: string }>> = {
  simulator: { total: "intended", label: "intended" },
  producer: { total: "attempted", label: "copies sent" },
  broker: { total: "stored", label: "stored" },
  consumer: { total: "kept", label: "kept" },
  warehouse: { total: "booked", label: "booked" },
};

function processOf(layer: LayerName, lane: LaneName): ProcessName | null {
  if (layer === "simulator") return null;
  return layer === "consumer" ? `consumer-${lane}` : layer;
}

export interface LayerView {
  readonly total: Total;
  readonly label: string;
  readonly state: "running" | "starting" | "down";
  /** Why it is down and when it is started again; null while it runs. */
  readonly why: string | null;
  /** Under the number of a layer that is down: when the number was read. */
  readonly asOf: string | null;
}

function whyDown(process: ProcessSnapshot, nowMs: number): string {
  if (process.state === "starting") return process.restarts > 0 ? "starting again" : "starting";
  const reason = process.lastExit?.reason ?? (process.state === "stopped" ? "stopped" : "not running");
  if (process.nextStartAt === null) return reason;
  const seconds = Math.max(0, (Date.parse(process.nextStartAt) - nowMs) / 1000);
  return `${reason}; restart ${process.restarts + 1} in ${seconds.toFixed(1)} s`;
}

/** A layer of one lane as its column shows it. */
export function layerView(layer: LayerName, lane: LaneSnapshot, snapshot: Snapshot): LayerView {
  const { total: name, label } = layerTotals[layer];
  const total = lane.totals[name];
  const process = snapshot.processes.find((entry) => entry.name === processOf(layer, lane.name));
  if (process === undefined || process.state === "running") {
    return { total, label, state: "running", why: null, asOf: null };
  }
  const state = process.state === "starting" ? "starting" : "down";
  const readAt = total.asOf === null ? null : Date.parse(total.asOf) - Date.parse(snapshot.run.startedAt);
  return {
    total,
    label,
    state,
    why: whyDown(process, Date.parse(snapshot.at)),
    asOf: readAt === null ? null : `as of ${formatClock(readAt)}`,
  };
}
