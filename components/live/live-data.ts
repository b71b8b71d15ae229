import { limits } from "#contract/limits.ts";
import type {
  SeriesMessage,
  SeriesPoint,
  TapeMessage,
  TapeRow,
  WindowsMessage,
  WindowVerdict,
} from "#contract/live.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import { share } from "./share.ts";
import { keepTape } from "./tape-groups.ts";

/** All that the page shows of one run. Replaced as a whole on every message, so that a paused view can keep one. */
export interface LiveData {
  readonly snapshot: Snapshot | null;
  readonly points: readonly SeriesPoint[];
  readonly tape: ReadonlyMap<number, TapeRow>;
  /** Produce requests of the run so far, both lanes. */
  readonly requests: number;
  readonly windows: readonly WindowVerdict[];
  /** The run that points, tape and windows belong to. */
  readonly runId: string | null;
}

export const noData: LiveData = { snapshot: null, points: [], tape: new Map(), requests: 0, windows: [], runId: null };

/** What was collected for another run is forgotten. */
function ofRun(data: LiveData, runId: string): LiveData {
  return data.runId === runId ? data : { ...noData, snapshot: data.snapshot, runId };
}

export function withSnapshot(data: LiveData, snapshot: Snapshot): LiveData {
  return { ...ofRun(data, snapshot.run.id), snapshot: share(data.snapshot, snapshot) };
}

export function withSeries(data: LiveData, message: SeriesMessage): LiveData {
  const current = ofRun(data, message.runId);
  const lastAt = message.reset ? undefined : current.points.at(-1)?.at;
  const fresh = message.points.filter((point) => lastAt === undefined || point.at > lastAt);
  const points = message.reset ? fresh : [...current.points, ...fresh];
  return { ...current, points: points.slice(-limits.seriesPointsMax) };
}

/** A row comes again when its outcome becomes known; an older change never replaces a newer one. */
export function withTape(data: LiveData, message: TapeMessage): LiveData {
  const current = ofRun(data, message.runId);
  const rows = new Map(message.reset ? [] : current.tape);
  for (const row of message.rows) {
    if ((rows.get(row.attemptId)?.changeNo ?? -1) <= row.changeNo) rows.set(row.attemptId, row);
  }
  return { ...current, tape: keepTape(rows), requests: message.requests };
}

export function withWindows(data: LiveData, message: WindowsMessage): LiveData {
  const current = ofRun(data, message.runId);
  const byKey = new Map(current.windows.map((window) => [`${window.lane} ${window.startMs}`, window]));
  for (const window of message.windows) byKey.set(`${window.lane} ${window.startMs}`, window);
  const windows = [...byKey.values()].toSorted((a, b) => a.startMs - b.startMs);
  return { ...current, windows: windows.slice(-2 * limits.windowsMax) };
}

/** Whether messages between the two snapshots were lost on the way. */
export function missedBetween(before: Snapshot | null, after: Snapshot): boolean {
  return before !== null && before.run.id === after.run.id && after.seq > before.seq + 1;
}
