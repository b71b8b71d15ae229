import { memo } from "react";
import { Area, AreaChart, ReferenceLine, XAxis, YAxis } from "recharts";
import type { TimeScale } from "./time-scale.ts";
import type { ChartPoint, Curve } from "./timeline-rows.ts";

const margin = { top: 1, right: 0, bottom: 1, left: 0 };
const colours = { absorbed: "var(--absorbed)", through: "var(--through)" } as const;
const softColours = { absorbed: "var(--absorbed-soft)", through: "var(--through-soft)" } as const;

interface CopiesChartProps {
  readonly data: readonly ChartPoint[];
  readonly curves: readonly Curve[];
  readonly scale: TimeScale;
  readonly top: number;
}

/** Running totals of copies as steps: the protected lane above the line, the unprotected one below. */
export const CopiesChart = memo(function CopiesChart({ data, curves, scale, top }: CopiesChartProps) {
  return (
    <AreaChart
      responsive
      accessibilityLayer={false}
      style={{ width: "100%", height: "100%" }}
      data={[...data]}
      margin={margin}
    >
      <XAxis hide dataKey="x" type="number" domain={[scale.fromMs, scale.toMs]} allowDataOverflow />
      <YAxis hide type="number" domain={[-top, top]} allowDataOverflow />
      <ReferenceLine y={0} stroke="var(--line2)" />
      {curves.map((curve) => (
        <Area
          key={curve.field}
          dataKey={curve.field}
          type="stepAfter"
          stroke={colours[curve.tone]}
          strokeWidth={1.75}
          fill={softColours[curve.tone]}
          fillOpacity={1}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
    </AreaChart>
  );
});
