import type { Snapshot } from "#contract/snapshot.ts";
import type { HistoryLedger } from "../ledger/app-history.ts";
import type { CopyCounts } from "../live/copies.ts";
import { isAlarm } from "../live/equations.ts";
import { SeriesRing, seriesPoint } from "../live/series.ts";
import type { createSocket, Everything } from "../live/socket.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import { processAlarms } from "./process-alarms.ts";
import type { Run } from "./run.ts";
import { TapeFeed } from "./tape-feed.ts";

export interface BroadcasterPorts {
  readonly run: Run;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history: HistoryLedger;
  readonly layers: () => Snapshot["layers"];
  readonly processes: () => Snapshot["processes"];
  readonly watching: () => number;
}

type Socket = Pick<ReturnType<typeof createSocket>, "snapshot" | "series" | "tape" | "windows" | "moment">;

/** Makes the snapshot of one run and tells everybody, four times a second. */
export class Broadcaster {
  readonly #ports: BroadcasterPorts;
  readonly #tape: TapeFeed;
  readonly #series: SeriesRing;
  /** What could not be read or kept at the last tick, in words. */
  readonly #troubles = new Map<string, string>();
  #snapshot: Snapshot;
  #windows = "";

  constructor(ports: BroadcasterPorts, firstSeq: number) {
    this.#ports = ports;
    this.#tape = new TapeFeed(ports.run.attempts, ports.run.id);
    this.#series = new SeriesRing(ports.history.list(ports.run.id));
    this.#snapshot = this.#observe(firstSeq);
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** A file that cannot be read or written is an alarm; the rest goes on. */
  tick(socket: Socket): void {
    const seq = this.#snapshot.seq + 1;
    this.#snapshot = this.#attempt("the snapshot", () => this.#observe(seq)) ?? this.#stale(seq);
    socket.snapshot(this.#snapshot);
    this.#attempt("the wire tape", () => {
      this.#tellTape(socket);
    });
    this.#attempt("the history of the timelines", () => {
      this.#sample(socket);
    });
    this.#tellWindows(socket);
  }

  everything(): Everything {
    return {
      snapshot: this.#snapshot,
      series: { runId: this.#ports.run.id, points: this.#series.points(), reset: true },
      tape: this.#tape.everything(),
      windows: this.#windowsMessage(),
    };
  }

  #attempt<Result>(what: string, task: () => Result): Result | undefined {
    try {
      const result = task();
      this.#troubles.delete(what);
      return result;
    } catch (error) {
      const text = `${what} is not up to date: ${messageOf(error)}`;
      if (this.#troubles.get(what) !== text) this.#ports.logger.error({ reason: messageOf(error) }, text);
      this.#troubles.set(what, text);
      return undefined;
    }
  }

  /** The last snapshot with what is known without the files. */
  #stale(seq: number): Snapshot {
    const { clock, processes, watching } = this.#ports;
    const at = new Date(clock.nowMs()).toISOString();
    const alarms = [...this.#troubles.values(), ...processAlarms(processes())];
    return { ...this.#snapshot, seq, at, processes: processes(), watching: watching(), alarms };
  }

  #tellTape(socket: Socket): void {
    const news = this.#tape.poll();
    if (news === undefined) return;
    socket.tape(news.message);
    for (const moment of news.moments) socket.moment(moment);
  }

  #tellWindows(socket: Socket): void {
    const windows = this.#windowsMessage();
    const text = JSON.stringify(windows);
    if (text !== this.#windows) socket.windows(windows);
    this.#windows = text;
  }

  #windowsMessage() {
    const { run } = this.#ports;
    return { runId: run.id, windows: Object.values(run.lanes).flatMap((lane) => lane.watch.windows()) };
  }

  #sample(socket: Socket): void {
    const { run, history } = this.#ports;
    const point = seriesPoint(this.#snapshot);
    if (point === undefined || !this.#series.add(point)) return;
    socket.series({ runId: run.id, points: [point], reset: false });
    history.append(run.id, point);
  }

  #observe(seq: number): Snapshot {
    const { run, clock, layers, processes, watching } = this.#ports;
    const ours = run.lanes.protected.observer.observe();
    const theirs = run.lanes.unprotected.observer.observe();
    const copies: Record<"protected" | "unprotected", CopyCounts> = {
      protected: ours.copies,
      unprotected: theirs.copies,
    };
    const { running, ratePerSecond, seed } = run.simulator.state();
    const lanes = [ours.snapshot, theirs.snapshot];
    return {
      seq,
      at: new Date(clock.nowMs()).toISOString(),
      run: { id: run.id, startedAt: new Date(run.record.startedAtMs).toISOString(), seed },
      processes: processes(),
      layers: layers(),
      simulator: { running, ratePerSecond },
      lanes,
      faults: run.faults.desk.snapshots(copies),
      watching: watching(),
      alarms: [
        ...processAlarms(processes()),
        ...run.alarms,
        ...this.#troubles.values(),
        ...run.faults.refusals(),
        ...lanes.flatMap(remainderAlarms),
      ],
    };
  }
}

function remainderAlarms(lane: Snapshot["lanes"][number]): readonly string[] {
  return lane.equations
    .filter(isAlarm)
    .map((equation) => `${lane.name} lane: equation ${equation.name} does not close, ${equation.remainder} left over`);
}
