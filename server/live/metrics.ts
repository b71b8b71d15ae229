import { Gauge, Registry } from "prom-client";
import { currencies } from "#contract/money.ts";
import { totalNames, type Snapshot } from "#contract/snapshot.ts";

const verdictValue = { MATCH: 1, PENDING: 0, BREAK: -1 } as const;

/** Prometheus text of a snapshot: the same absolute totals that the page shows, as gauges that their owners gave. */
export function createMetrics() {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name: `dedupscope_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const records = gauge("records", "A total of ARCHITECTURE.md, in records.", ["lane", "total"]);
  const money = gauge("money", "The same total in units of the currency.", ["lane", "total", "currency"]);
  const remainder = gauge("equation_remainder_records", "Left minus right on the last consistent cut.", [
    "lane",
    "equation",
  ]);
  const verdict = gauge("verdict", "1 MATCH, 0 PENDING, -1 BREAK.", ["lane"]);
  const process = gauge("process_up", "1 while the process runs.", ["process"]);
  const restarts = gauge("process_restarts", "Restarts since the program started.", ["process"]);

  return async (snapshot: Snapshot): Promise<string> => {
    registry.resetMetrics();
    for (const lane of snapshot.lanes) {
      verdict.set({ lane: lane.name }, verdictValue[lane.verdict]);
      for (const total of totalNames) {
        const { count, money: amounts } = lane.totals[total];
        if (count !== null) records.set({ lane: lane.name, total }, count);
        if (amounts === null) continue;
        for (const currency of currencies) money.set({ lane: lane.name, total, currency }, Number(amounts[currency]));
      }
      for (const equation of lane.equations) {
        if (equation.remainder === null) continue;
        remainder.set({ lane: lane.name, equation: equation.name }, equation.remainder);
      }
    }
    for (const entry of snapshot.processes) {
      process.set({ process: entry.name }, entry.state === "running" ? 1 : 0);
      restarts.set({ process: entry.name }, entry.restarts);
    }
    return registry.metrics();
  };
}
