import type { Clock } from "../shared/clock.ts";
import { DedupscopeError } from "../shared/errors.ts";
import { bookedBlockOf } from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";

/** What can be done to `payments` to see whether reconciliation notices. */
export const alarmKinds = ["plant-duplicate", "remove-row", "change-amount", "change-currency"] as const;
export type AlarmKind = (typeof alarmKinds)[number];

export interface AlarmRequest {
  /** Unique; the same id does not act twice. */
  readonly changeId: string;
  readonly kind: AlarmKind;
  /** Added to the amount, decimal ("0.01", "-5"), by `change-amount`; not zero. */
  readonly difference?: string;
}
export interface AlarmChange {
  readonly changeId: string;
  readonly kind: string;
  readonly transactionId: string;
}
/** A change that is not undone. */
export interface PresentChange extends AlarmChange {
  /** Start of its window of event time, ISO 8601. */
  readonly windowStart: string;
}

interface AlarmContext {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly clock: Clock;
  /** The cycle that will judge the change. */
  readonly cycle: number;
  /** Blocks of `payments` that the next cycle counts again: it need not look for them. */
  readonly announced: Set<number>;
}

/** Windows of this much event time are searched for a payment to try the alarm on: usually the first will do. */
const searchesMs = [30_000, 3_600_000];
const changesMax = 1_000;

/**
 * Tries the alarm on one settled payment whose window began before `beforeMs`, outside the merge's window. The row is
 * remembered and its window opened before anything is changed, so a crash leaves nothing that cannot be undone.
 */
export async function tryAlarm(context: AlarmContext, request: AlarmRequest, beforeMs: number): Promise<AlarmChange> {
  const { gateway, definitions, clock, cycle } = context;
  const { statements } = definitions;
  const { changeId, kind, difference = "1" } = request;
  const known = (await alarmChanges(gateway, definitions)).find((one) => one.changeId === changeId);
  const transactionId = known?.transactionId ?? (await pickPayment(context, beforeMs));
  const madeAt = new Date(clock.nowMs());
  await gateway.change(statements["remember-for-alarm"], { changeId, kind, transactionId, madeAt });
  await gateway.change(statements["open-for-alarm"], { changeId });
  if (kind === "plant-duplicate")
    await gateway.change(statements["plant-duplicate"], { changeId, bookedAt: madeAt, cycle });
  else if (kind === "remove-row") await gateway.change(statements["remove-row"], { changeId });
  else if (kind === "change-amount") await gateway.change(statements["change-amount"], { changeId, cycle, difference });
  else await gateway.change(statements["change-currency"], { changeId, cycle });
  for (const change of await alarmChanges(gateway, definitions))
    if (change.changeId === changeId) announce(context, change);
  return { changeId, kind, transactionId };
}

function announce({ announced }: AlarmContext, { windowStart }: PresentChange): void {
  announced.add(bookedBlockOf(Date.parse(windowStart)));
}

async function pickPayment({ gateway, definitions }: AlarmContext, beforeMs: number): Promise<string> {
  for (const searchMs of searchesMs) {
    const range = { after: new Date(beforeMs - searchMs), before: new Date(beforeMs) };
    const [picked] = await gateway.query(definitions.statements["pick-for-alarm"], range);
    if (picked !== undefined) return String(picked["transaction_id"]);
  }
  throw new DedupscopeError(
    "cannot-act-now",
    "no settled payment is old enough yet: the alarm is tried outside the merge's window, wait a minute",
  );
}

/** Makes the payment what it was. False when there is no such change: it was undone already. */
export async function undoAlarm(context: AlarmContext, changeId: string): Promise<boolean> {
  const { gateway, definitions, clock, cycle } = context;
  const { statements } = definitions;
  const change = (await alarmChanges(gateway, definitions)).find((one) => one.changeId === changeId);
  if (change === undefined) return false;
  announce(context, change);
  await gateway.change(statements["open-for-alarm"], { changeId });
  await gateway.change(statements["remove-planted"], { changeId });
  await gateway.change(statements["restore-row"], { changeId, bookedAt: new Date(clock.nowMs()), cycle });
  await gateway.change(statements["forget-alarm"], { changeId });
  return true;
}

/** Changes that are not undone yet, oldest first. */
export async function alarmChanges(gateway: Gateway, { statements }: Definitions): Promise<PresentChange[]> {
  const rows = await gateway.query(statements["list-alarm-changes"], { rowsMax: changesMax });
  return rows.map((row) => ({
    changeId: String(row["change_id"]),
    kind: String(row["kind"]),
    transactionId: String(row["transaction_id"]),
    windowStart: String(row["window_start"]),
  }));
}
