import type { ReactNode } from "react";
import type { Money } from "#contract/money.ts";
import type { LaneSnapshot, Snapshot, Total, TotalName } from "#contract/snapshot.ts";
import { formatCount, formatMoney } from "./format.ts";
import { trackCauses, type GateView } from "./gate-view.ts";
import { layerTotals, layerView, type LayerName } from "./layer-view.ts";
import { TotalNumber } from "./total-number.tsx";

function MoneyLines({ money, signed = false }: { money: Money | null; signed?: boolean }) {
  if (money === null) return null;
  const lines = formatMoney(money, signed);
  const long = lines.some((line) => line.length > 13);
  return (
    <span className="money" data-long={long ? 1 : undefined}>
      {lines.map((line) => (
        <span key={line.slice(0, 2)}>{line}</span>
      ))}
    </span>
  );
}

/** Copies that the producer sent again, one line per track. */
function CauseLines({ lane }: { lane: LaneSnapshot }) {
  const { protocolRetries, applicationResends, restartResends, gaveUpResends } = lane.totals;
  const after = [restartResends, gaveUpResends].reduce((sum, total) => sum + (total.count ?? 0), 0);
  const lines: readonly (readonly [TotalName, number, string])[] = [
    ["protocolRetries", protocolRetries.count ?? 0, "retries"],
    ["applicationResends", applicationResends.count ?? 0, "sent again"],
    ["restartResends", after, "after restart"],
  ];
  return lines.map(([name, count, label]) => (
    <span key={name} className="cause" data-zero={count === 0 ? "" : undefined}>
      <b data-testid={`total-${lane.name}-${name}`} data-count={count}>
        {formatCount(count)}
      </b>{" "}
      {label}
    </span>
  ));
}

/** The rails of copies that run on behind a gate. */
export function Rails({ before, className }: { before: GateView; className?: string }) {
  return (
    <div className={className ?? "contents"}>
      {trackCauses.map((cause, index) => {
        const passed = before.tracks[index]?.passed ?? null;
        return <i key={cause} className={passed === null ? "" : `rail ${passed.tone}`} />;
      })}
    </div>
  );
}

function LogEnds({ lane }: { lane: LaneSnapshot }) {
  const [first, second, third, ...rest] = lane.partitions;
  const shown = [first, second, rest.length > 0 ? undefined : third].filter((entry) => entry !== undefined);
  const hidden = lane.partitions.length - shown.length;
  return (
    <span className="log-ends" title="Records that each partition's log holds">
      {shown.map(({ partition, stored }) => (
        <span key={partition}>
          <i>p{partition}</i>
          {formatCount(stored)}
        </span>
      ))}
      {hidden > 0 && (
        <span>
          <i>{hidden} more</i>
        </span>
      )}
    </span>
  );
}

interface LayerColumnProps {
  readonly layer: LayerName;
  readonly column: number;
  readonly lane: LaneSnapshot | null;
  readonly snapshot: Snapshot | null;
  /** The gate before this layer, whose passed copies run across it. */
  readonly before: GateView | null;
}

const unread: Total = { count: null, money: null, asOf: null };

/** One layer of one lane: what it holds in records and money, and whether its process runs. */
export function LayerColumn({ layer, column, lane, snapshot, before }: LayerColumnProps) {
  const { total: name, label } = layerTotals[layer];
  const view = lane === null || snapshot === null ? null : layerView(layer, lane, snapshot);
  const total = view?.total ?? unread;
  return (
    <div
      className="layer"
      data-layer={layer}
      data-process={view?.state ?? "running"}
      style={{ "--column": column } as React.CSSProperties}
    >
      <div className="layer-main">
        {lane === null ? (
          <b className="total" data-unread="">
            –
          </b>
        ) : (
          <TotalNumber lane={lane.name} name={name} count={total.count} className="total" />
        )}
        <span className="layer-label">{total.count === null ? "waiting for totals" : (view?.asOf ?? label)}</span>
      </div>
      <div className="layer-tracks">{tracksOf(layer, lane, before)}</div>
      <div className="layer-foot">
        {view?.why === null || view === null ? (
          footOf(layer, lane, total)
        ) : (
          <span className="layer-why">{view.why}</span>
        )}
      </div>
    </div>
  );
}

function tracksOf(layer: LayerName, lane: LaneSnapshot | null, before: GateView | null): ReactNode {
  if (layer === "producer" && lane !== null) return <CauseLines lane={lane} />;
  return before === null ? null : <Rails before={before} />;
}

function footOf(layer: LayerName, lane: LaneSnapshot | null, total: Total): ReactNode {
  if (layer === "broker" && lane !== null) return <LogEnds lane={lane} />;
  return <MoneyLines money={total.money} />;
}
