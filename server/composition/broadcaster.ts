import type { Snapshot } from "#contract/snapshot.ts";
import type { HistoryLedger } from "../ledger/app-history.ts";
import type { CopyCounts } from "../live/copies.ts";
import { isAlarm } from "../live/equations.ts";
import { SeriesRing, seriesPoint } from "../live/series.ts";
import type { createSocket, Everything } from "../live/socket.ts";
import type { Clock } from "../shared/clock.ts";
import type { Run } from "./run.ts";
import { TapeFeed } from "./tape-feed.ts";

export interface BroadcasterPorts {
  readonly run: Run;
  readonly clock: Clock;
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

  tick(socket: Socket): void {
    this.#snapshot = this.#observe(this.#snapshot.seq + 1);
    socket.snapshot(this.#snapshot);
    const news = this.#tape.poll();
    if (news !== undefined) {
      socket.tape(news.message);
      for (const moment of news.moments) socket.moment(moment);
    }
    this.#sample(socket);
    const windows = this.#windowsMessage();
    const text = JSON.stringify(windows);
    if (text !== this.#windows) socket.windows(windows);
    this.#windows = text;
  }

  everything(): Everything {
    return {
      snapshot: this.#snapshot,
      series: { runId: this.#ports.run.id, points: this.#series.points(), reset: true },
      tape: this.#tape.everything(),
      windows: this.#windowsMessage(),
    };
  }

  #windowsMessage() {
    const { run } = this.#ports;
    return { runId: run.id, windows: Object.values(run.lanes).flatMap((lane) => lane.watch.windows()) };
  }

  #sample(socket: Socket): void {
    const { run, history } = this.#ports;
    const point = seriesPoint(this.#snapshot);
    if (point === undefined || !this.#series.add(point)) return;
    history.append(run.id, point);
    socket.series({ runId: run.id, points: [point], reset: false });
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
      faults: run.desk.snapshots(copies),
      watching: watching(),
      alarms: [...run.alarms.values(), ...run.desk.refusals(), ...lanes.flatMap(remainderAlarms)],
    };
  }
}

function remainderAlarms(lane: Snapshot["lanes"][number]): readonly string[] {
  return lane.equations
    .filter(isAlarm)
    .map((equation) => `${lane.name} lane: equation ${equation.name} does not close, ${equation.remainder} left over`);
}
