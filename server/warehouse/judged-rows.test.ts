import { expect, test } from "vitest";
import { moneyOf } from "./amounts.ts";
import { canClose, closeBeforeMs } from "./close-windows.ts";
import type { Row } from "./gateway.ts";
import { closedWindows, countWindows, newestWindows, openWindows, sumTerms } from "./judged-rows.ts";
import { changedVerdicts, type RecordedVerdict, rememberVerdicts } from "./record-verdicts.ts";

function judged(start: string, currency: string, verdict: string, terms: Record<string, number> = {}): Row {
  const names = ["intended", "booked", "surplus", "unexpected", "mismatched", "late_payments"];
  const more = ["dead_lettered_payments", "missing", "pending", "unsettled"];
  const columns: [string, string | number][] = [...names, ...more].flatMap((name) => [
    [name, terms[name] ?? 0],
    [`${name}_money`, String((terms[name] ?? 0) * 10)],
  ]);
  return { window_start: start, currency, verdict, ...Object.fromEntries(columns) };
}

const rows = [
  judged("2026-01-01T00:00:10Z", "USD", "PENDING", { intended: 2, booked: 1, pending: 1, unsettled: 1 }),
  judged("2026-01-01T00:00:00Z", "EUR", "MATCH", { intended: 3, booked: 3 }),
  judged("2026-01-01T00:00:00Z", "USD", "BREAK", { intended: 2, booked: 2, surplus: 1, missing: 1 }),
];
const first = Date.parse("2026-01-01T00:00:00Z");

test("a window is as bad as the worst of its currencies and counts every wrong record", () => {
  expect(openWindows(rows)).toEqual([
    { startMs: first, verdict: "BREAK", wrong: 2, unsettled: 0, unbooked: 1 },
    { startMs: first + 10_000, verdict: "PENDING", wrong: 0, unsettled: 1, unbooked: 0 },
  ]);
});

test("terms are added up over windows, per currency", () => {
  const terms = sumTerms(rows);
  expect(terms.intended.records).toBe(7);
  expect(moneyOf(terms.intended)).toEqual({ USD: "40.00", EUR: "30.00", JPY: "0" });
});

test("closed windows count as settled, and the page gets the newest windows, oldest first", () => {
  const closed = closedWindows([
    { window_start: "2025-12-31T23:59:50Z", broken: 1, wrong: 4 },
    { window_start: "2025-12-31T23:59:40Z", broken: 0, wrong: 0 },
  ]);
  const open = openWindows(rows);
  expect(countWindows(open, { closed: 2, broken: 1 })).toEqual({ settled: 3, matched: 1, broken: 2 });
  expect(newestWindows("protected", [...open, ...closed], 3).map((window) => window.startMs)).toEqual([
    first - 10_000,
    first,
    first + 10_000,
  ]);
});

test("a window is closed when it is old, settled and booked, and never while somebody must act", () => {
  const [window] = openWindows([judged("2026-01-01T00:00:00Z", "USD", "MATCH", { intended: 1, booked: 1 })]);
  if (window === undefined) throw new Error("expected one window");
  const settledUntilMs = first + 35_000;
  expect(canClose([window], closeBeforeMs(settledUntilMs))).toBe(true);
  expect(canClose([window], closeBeforeMs(first + 29_999))).toBe(false);
  expect(canClose([window], closeBeforeMs(null))).toBe(false);
  expect(canClose([{ ...window, unsettled: 1 }], closeBeforeMs(settledUntilMs))).toBe(false);
  expect(canClose([{ ...window, unbooked: 1 }], closeBeforeMs(settledUntilMs))).toBe(false);
});

test("verdicts are recorded when they change, and not because a window is new and waits", () => {
  const lane: RecordedVerdict = { startMs: null, verdict: "PENDING", wrong: 0, reasons: null };
  const waiting: RecordedVerdict = { startMs: first, verdict: "PENDING", wrong: 0, reasons: null };
  expect(changedVerdicts(new Map(), [lane, waiting])).toEqual([lane]);
  const known = new Map([
    [null, lane],
    [first, { ...waiting, verdict: "BREAK", wrong: 1 } as RecordedVerdict],
  ]);
  expect(changedVerdicts(known, [lane, waiting])).toEqual([waiting]);
});

test("remembered verdicts have a limit, and the lane's is never forgotten", () => {
  const lane: RecordedVerdict = { startMs: null, verdict: "MATCH", wrong: 0, reasons: null };
  const windows = Array.from({ length: 5_001 }, (_unused, index): RecordedVerdict => ({ ...lane, startMs: index }));
  const verdicts = rememberVerdicts(rememberVerdicts(new Map(), [lane]), windows);
  expect([verdicts.size, verdicts.has(null), verdicts.has(0), verdicts.has(1), verdicts.has(2)]).toEqual([
    5_000,
    true,
    false,
    false,
    true,
  ]);
});
