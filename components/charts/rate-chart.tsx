import { memo } from "react";
import { Area, AreaChart, XAxis, YAxis } from "recharts";
import type { TimeScale } from "./time-scale.ts";
import type { RatePoint } from "./timeline-steps.ts";

const margin = { top: 2, right: 0, bottom: 0, left: 0 };

interface RateChartProps {
  readonly data: readonly RatePoint[];
  readonly scale: TimeScale;
  readonly top: number;
}

/** Records that the protected lane sends a second. */
export const RateChart = memo(function RateChart({ data, scale, top }: RateChartProps) {
  return (
    <AreaChart
      responsive
      accessibilityLayer={false}
      style={{ width: "100%", height: "100%" }}
      data={[...data]}
      margin={margin}
    >
      <XAxis hide dataKey="atMs" type="number" domain={[scale.fromMs, scale.toMs]} allowDataOverflow />
      <YAxis hide type="number" domain={[0, top]} allowDataOverflow />
      <Area
        dataKey="perSecond"
        type="linear"
        stroke="var(--ink2)"
        strokeWidth={1.5}
        fill="var(--line)"
        fillOpacity={0.55}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
    </AreaChart>
  );
});
