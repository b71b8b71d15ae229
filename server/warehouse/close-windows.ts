import { windowStartMs } from "./ship-intents.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import type { JudgedWindow } from "./judged-rows.ts";

/** Event time for which a settled window stays open: copies of its payments mostly come within it. */
const closeAfterMs = 20_000;

/** Windows that began before this may be closed, epoch milliseconds; null while nothing is settled. */
export function closeBeforeMs(settledUntilMs: number | null): number | null {
  return settledUntilMs === null ? null : windowStartMs(settledUntilMs) - closeAfterMs;
}

/** Whether any open window can be closed: old enough, every payment settled and booked. */
export function canClose(open: readonly JudgedWindow[], beforeMs: number | null): boolean {
  return (
    beforeMs !== null &&
    open.some((window) => window.startMs < beforeMs && window.unsettled === 0 && window.unbooked === 0)
  );
}

/**
 * Keeps the figures of windows that nothing changes any more. A window counts as open until the last step, so a crash
 * in between leaves its rows judged as before; whatever was kept of it is removed by the first step of the next time.
 */
export async function closeWindows(
  gateway: Gateway,
  { statements }: Definitions,
  parameters: { readonly beforeMs: number; readonly cycle: number },
): Promise<void> {
  await gateway.change(statements["forget-opened"]);
  await gateway.change(statements["forget-opened-copies"]);
  await gateway.change(statements["close-windows"], {
    before: new Date(parameters.beforeMs),
    cycle: parameters.cycle,
  });
  const [row] = await gateway.query(statements["closing-copies"]);
  if (Number(row?.["copies"]) !== 0) await gateway.change(statements["close-copies"]);
  await gateway.change(statements["drop-closed-from-open"]);
  await gateway.change(statements["forget-progress"]);
}
