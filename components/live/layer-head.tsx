import type { Snapshot } from "#contract/snapshot.ts";
import { formatClock, formatCount, formatDuration } from "./format.ts";
import { layerTitles, type LayerName } from "./layer-view.ts";

export interface HeadLines {
  readonly product: string;
  readonly address: string | null;
  /** Whether the layer is ours or a real system; null where there is no such choice. */
  readonly badge: "embedded" | "external" | null;
  readonly details: readonly string[];
}

const laneOf = (snapshot: Snapshot) => snapshot.lanes.find((lane) => lane.name === "protected") ?? null;
const sinceStart = (snapshot: Snapshot, timeMs: number) => formatClock(timeMs - Date.parse(snapshot.run.startedAt));

function producerDetails(snapshot: Snapshot): readonly string[] {
  const producer = laneOf(snapshot)?.producer;
  const process = snapshot.processes.find((entry) => entry.name === "producer");
  const id = producer?.producerId ?? null;
  const again = process !== undefined && process.restarts > 0 && process.startedAt !== null;
  return [
    id === null ? "no producer id yet" : `pid ${id} epoch ${producer?.epoch ?? 0}`,
    ...(again ? [`restarted ${sinceStart(snapshot, Date.parse(process.startedAt))}`] : []),
  ];
}

/** What stands under a layer's name: product, badge, and what tells this instance from another. */
export function headLines(layer: LayerName, snapshot: Snapshot): HeadLines {
  const { simulator, run, layers } = snapshot;
  if (layer === "simulator") {
    const product = simulator.running ? `${formatCount(simulator.ratePerSecond)} payments/s` : "stopped";
    return { product, address: null, badge: null, details: [`seed ${run.seed}`] };
  }
  if (layer === "producer") {
    return { product: layers.producer.product, address: null, badge: null, details: producerDetails(snapshot) };
  }
  const { product, address, kind: badge } = layers[layer];
  if (layer === "broker") {
    const count = layers.broker.partitions;
    return { product, address, badge, details: [`${count} partition${count === 1 ? "" : "s"}`] };
  }
  if (layer === "warehouse") {
    return { product, address, badge, details: [`merge every ${formatDuration(layers.warehouse.mergeEveryMs)}`] };
  }
  const watermark = laneOf(snapshot)?.consumer.watermarkMs ?? null;
  return {
    product,
    address,
    badge,
    details: [watermark === null ? "no watermark yet" : `watermark ${sinceStart(snapshot, watermark)}`],
  };
}

export function LayerHead({
  layer,
  column,
  snapshot,
}: {
  layer: LayerName;
  column: number;
  snapshot: Snapshot | null;
}) {
  const lines = snapshot === null ? null : headLines(layer, snapshot);
  return (
    <div className="head" style={{ "--column": column } as React.CSSProperties}>
      <h2>{layerTitles[layer]}</h2>
      {lines !== null && (
        <>
          <p title={lines.address === null ? lines.product : `${lines.product} at ${lines.address}`}>{lines.product}</p>
          {lines.badge !== null && (
            <p>
              <span className={`badge ${lines.badge}`}>{lines.badge}</span>
            </p>
          )}
          {lines.details.map((detail) => (
            <p key={detail} className="number" title={detail}>
              {detail}
            </p>
          ))}
        </>
      )}
    </div>
  );
}
