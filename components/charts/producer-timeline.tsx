import { memo, useMemo } from "react";
import type { SeriesPoint } from "#contract/live.ts";
import { formatClock, formatCount } from "../live/format.ts";
import { RateChart } from "./rate-chart.tsx";
import type { TimeScale } from "./time-scale.ts";
import { rates } from "./timeline-steps.ts";

interface ProducerTimelineProps {
  readonly points: readonly SeriesPoint[];
  readonly scale: TimeScale;
  readonly runStartMs: number;
  /** Where the common cursor stands; null reads the newest point. */
  readonly cursorMs: number | null;
}

export const ProducerTimeline = memo(function ProducerTimeline(props: ProducerTimelineProps) {
  const { points, scale, runStartMs, cursorMs } = props;
  const speeds = useMemo(() => rates(points, "protected", "attempted"), [points]);
  const peak = speeds.reduce<{ readonly atMs: number; readonly perSecond: number }>(
    (best, { atMs, perSecond }) => ((perSecond ?? 0) > best.perSecond ? { atMs, perSecond: perSecond ?? 0 } : best),
    { atMs: 0, perSecond: 0 },
  );
  const shown = cursorMs === null ? speeds.at(-1) : speeds.findLast(({ atMs }) => atMs <= cursorMs);
  return (
    <div className="timeline">
      <div className="timeline-name">
        <b>Producer</b>
        <span>records a second</span>
      </div>
      <div className="timeline-plot">
        <div className="chart">
          <RateChart data={speeds} scale={scale} top={Math.max(1, peak.perSecond) * 1.25} />
        </div>
      </div>
      <div className="timeline-end">
        <b>{formatCount(Math.round(shown?.perSecond ?? 0))}</b>
        <span>a second</span>
        {peak.perSecond > 0 && (
          <>
            <b>{formatCount(Math.round(peak.perSecond))}</b>
            <span>peak at {formatClock(peak.atMs - runStartMs)}</span>
          </>
        )}
      </div>
    </div>
  );
});
