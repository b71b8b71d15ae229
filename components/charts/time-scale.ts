import { limits } from "#contract/limits.ts";

/** The timelines' shared axis: times are epoch milliseconds, places are percent of its width. */
export interface TimeScale {
  readonly fromMs: number;
  readonly toMs: number;
}

const shownMs = limits.seriesPointsMax * limits.seriesIntervalMs;
const shownMinimumMs = 60_000;

/** The last 300 s of the run; a young run is drawn from its start on at least 60 s. */
export function timeScale(runStartMs: number, nowMs: number): TimeScale {
  const fromMs = Math.max(runStartMs, nowMs - shownMs);
  return { fromMs, toMs: Math.max(nowMs, fromMs + shownMinimumMs) };
}

/** Percent of the axis, clamped to it. */
export function placeOf(scale: TimeScale, timeMs: number): number {
  const share = (timeMs - scale.fromMs) / (scale.toMs - scale.fromMs);
  return Math.min(100, Math.max(0, share * 100));
}

export const isShown = (scale: TimeScale, timeMs: number): boolean => timeMs >= scale.fromMs && timeMs <= scale.toMs;

export const timeAt = (scale: TimeScale, share: number): number => scale.fromMs + share * (scale.toMs - scale.fromMs);

const tickSteps = [10_000, 30_000, 60_000, 120_000];
const ticksMax = 9;

/** Round moments of the run's clock, at most nine. */
export function ticks(scale: TimeScale, runStartMs: number): readonly number[] {
  const span = scale.toMs - scale.fromMs;
  const step = tickSteps.find((candidate) => span / candidate < ticksMax) ?? 300_000;
  const first = runStartMs + Math.ceil((scale.fromMs - runStartMs) / step) * step;
  const count = Math.floor((scale.toMs - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

export interface Flagged {
  readonly place: number;
  /** Percent of the axis that the label may take before the next one begins. */
  readonly room: number;
  /** How many marks, from `first` on, stand too close together for a label each. */
  readonly first: number;
  readonly count: number;
}

/** Narrower than this, percent of the axis, two numbered tags would lie on each other. */
const tagRoom = 5;

/** One label per mark, or per marks that are too close together, with the room up to the next. `places` ascend. */
export function flagsAt(places: readonly number[]): readonly Flagged[] {
  const starts: { place: number; first: number; count: number }[] = [];
  for (const [index, place] of places.entries()) {
    const last = starts.at(-1);
    if (last !== undefined && place - last.place < tagRoom) last.count += 1;
    else starts.push({ place, first: index, count: 1 });
  }
  return starts.map((start, index) => ({ ...start, room: (starts[index + 1]?.place ?? 100) - start.place }));
}
