import { memo, useMemo } from "react";
import type { SeriesPoint } from "#contract/live.ts";
import { formatCount } from "../live/format.ts";
import { CopiesChart } from "./copies-chart.tsx";
import { placeOf, type TimeScale } from "./time-scale.ts";
import { chartPoints, curvesOf, topOf, type Curve, type LayerRow } from "./timeline-rows.ts";
import { pointAt, steps } from "./timeline-steps.ts";
import { useStaggered } from "./use-staggered.ts";

/** Charts draw one after the other, this far apart. */
const staggerMs = 90;

interface LayerTimelineProps {
  readonly row: LayerRow;
  readonly order: number;
  readonly points: readonly SeriesPoint[];
  readonly protectedOpen: boolean;
  readonly unprotectedOpen: boolean;
  readonly scale: TimeScale;
  readonly cursorMs: number | null;
}

export const LayerTimeline = memo(function LayerTimeline(props: LayerTimelineProps) {
  const { row, order, points, protectedOpen, unprotectedOpen, scale, cursorMs } = props;
  const drawn = useMemo(() => ({ points, scale }), [points, scale]);
  const { points: taken, scale: takenScale } = useStaggered(drawn, order * staggerMs);
  const curves = useMemo(
    () => curvesOf(row, { protected: protectedOpen, unprotected: unprotectedOpen }, taken),
    [row, protectedOpen, unprotectedOpen, taken],
  );
  const data = useMemo(() => chartPoints(taken, curves), [taken, curves]);
  const top = topOf(taken, curves);
  const shown = cursorMs === null ? taken.at(-1) : pointAt(taken, cursorMs);
  return (
    <div className="timeline">
      <div className="timeline-name">
        <b>{row.title}</b>
        <span>copies, running total</span>
      </div>
      <div className="timeline-plot">
        <div className="chart">
          <CopiesChart data={data} curves={curves} scale={takenScale} top={top} />
        </div>
        <StepLabels points={taken} curves={curves} scale={takenScale} top={top} />
      </div>
      <div className="timeline-end">
        <EndLine count={shown?.lanes.protected[row.absorbed] ?? 0} word="absorbed" tone="absorbed" />
        <EndLine count={shown?.lanes.unprotected[row.passed] ?? 0} word={row.passedWord} tone="through" />
      </div>
    </div>
  );
});

function EndLine({ count, word, tone }: { count: number; word: string; tone: "absorbed" | "through" }) {
  const className = count === 0 ? "tone-quiet" : `tone-${tone}`;
  return (
    <>
      <b className={className}>{formatCount(count)}</b>
      <span className={className}>{word}</span>
    </>
  );
}

interface StepLabelsProps {
  readonly points: readonly SeriesPoint[];
  readonly curves: readonly Curve[];
  readonly scale: TimeScale;
  readonly top: number;
}

/** Rises within this time are one step: timeline-steps.ts. */
const mergedMs = 4_000;

/** Where a label goes, percent from the middle line: inside the area when it is high enough, else beyond the curve. */
const labelEdge = (height: number): string =>
  height > 28 ? `calc(50% + ${height}% - 0.8125rem)` : `calc(50% + ${height}% + 1px)`;

/** "+5" at every step, beside the curve. */
function StepLabels({ points, curves, scale, top }: StepLabelsProps) {
  return curves.flatMap((curve) =>
    steps(points, curve.lane, curve.series).map(({ atMs, by }) => {
      const value = pointAt(points, atMs + mergedMs)?.lanes[curve.lane][curve.series] ?? 0;
      const up = curve.lane === "protected";
      const edge = labelEdge((value / top) * 50);
      const place = placeOf(scale, atMs);
      return (
        <span
          key={`${curve.field} ${atMs}`}
          className={`step-label tone-${curve.tone}`}
          style={{
            ...(place > 93 ? { right: `${100 - place}%` } : { left: `${place}%` }),
            ...(up ? { bottom: edge } : { top: edge }),
          }}
        >
          +{formatCount(by)}
        </span>
      );
    }),
  );
}
