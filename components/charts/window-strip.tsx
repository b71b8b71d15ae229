import { memo } from "react";
import { limits } from "#contract/limits.ts";
import type { WindowVerdict } from "#contract/live.ts";
import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot } from "#contract/snapshot.ts";
import { formatCount } from "../live/format.ts";
import { placeOf, type TimeScale } from "./time-scale.ts";

interface WindowStripProps {
  readonly windows: readonly WindowVerdict[];
  readonly lanes: readonly LaneSnapshot[];
  readonly scale: TimeScale;
}

const signs = { MATCH: "=", PENDING: "", BREAK: "" } as const;

/** The verdict of every event-time window, one line per lane, on the timelines' axis. */
export function WindowStrip({ windows, lanes, scale }: WindowStripProps) {
  return (
    <div className="timeline">
      <div className="timeline-name">
        <b>Verdict</b>
        <span>per {limits.windowMs / 1000} s window</span>
      </div>
      <div className="timeline-plot">
        <LaneWindows lane="protected" windows={windows} scale={scale} />
        <LaneWindows lane="unprotected" windows={windows} scale={scale} />
      </div>
      <div className="timeline-end grid-cols-1! font-medium">
        {lanes.map((lane) => (
          <LaneSummary key={lane.name} lane={lane} />
        ))}
      </div>
    </div>
  );
}

interface LaneWindowsProps {
  readonly lane: LaneName;
  readonly windows: readonly WindowVerdict[];
  readonly scale: TimeScale;
}

const LaneWindows = memo(function LaneWindows({ lane, windows, scale }: LaneWindowsProps) {
  const shown = windows.filter(
    (window) => window.lane === lane && window.startMs + limits.windowMs > scale.fromMs && window.startMs < scale.toMs,
  );
  return (
    <div className="windows">
      {shown.map((window) => {
        const left = placeOf(scale, window.startMs);
        const width = placeOf(scale, window.startMs + limits.windowMs) - left;
        const wrong = window.verdict === "BREAK" ? formatCount(window.wrong) : signs[window.verdict];
        return (
          <i
            key={window.startMs}
            data-verdict={window.verdict}
            title={`${lane}: ${window.verdict}${window.wrong > 0 ? `, ${window.wrong} wrong` : ""}`}
            style={{ left: `${left}%`, width: `calc(${width}% - 1px)` }}
          >
            {width > 1 ? wrong : ""}
          </i>
        );
      })}
    </div>
  );
});

function LaneSummary({ lane }: { lane: LaneSnapshot }) {
  const { settled, matched, broken } = lane.windows;
  if (settled === 0 && broken === 0) return <span className="tone-quiet">none settled</span>;
  return broken > 0 ? (
    <span className="tone-through">
      {formatCount(broken)} of {formatCount(settled)} break
    </span>
  ) : (
    <span className="tone-match">
      {formatCount(matched)} of {formatCount(settled)} match
    </span>
  );
}
