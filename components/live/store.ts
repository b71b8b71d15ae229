import { createStore } from "zustand/vanilla";
import type { FaultDescription } from "#contract/faults.ts";
import type { Moment } from "#contract/live.ts";
import { noData, type LiveData } from "./live-data.ts";
import { share } from "./share.ts";

export interface Connection {
  readonly state: "connecting" | "live" | "disconnected";
  /** When the last message came, epoch milliseconds of this browser; null before the first. */
  readonly heardAtMs: number | null;
  readonly nextTryAtMs: number | null;
}

export interface SeenMoment {
  readonly id: number;
  /** When this browser heard of it, epoch milliseconds. */
  readonly seenAtMs: number;
  readonly moment: Moment;
}

/** Old moments have been shown; only what still moves is needed. */
const momentsMax = 24;

export interface LiveState {
  readonly connection: Connection;
  readonly data: LiveData;
  /** What a paused view shows; null while the view follows. */
  readonly frozen: LiveData | null;
  readonly moments: readonly SeenMoment[];
  readonly momentCount: number;
  /** The table of faults; null before it was read. */
  readonly faults: readonly FaultDescription[] | null;
  readonly faultsError: string | null;
  /** Ends the wait for the next try; does nothing before the socket exists. */
  readonly tryNow: () => void;
  readonly setConnection: (connection: Partial<Connection>) => void;
  readonly change: (change: (data: LiveData) => LiveData) => void;
  readonly addMoment: (moment: Moment) => void;
  readonly setFaults: (faults: readonly FaultDescription[]) => void;
  readonly setFaultsError: (message: string) => void;
  readonly togglePause: () => void;
}

/** The page's state. Only connectLive (socket-client.ts) feeds it. */
export function createLiveStore() {
  return createStore<LiveState>()((set) => ({
    connection: { state: "connecting", heardAtMs: null, nextTryAtMs: null },
    data: noData,
    frozen: null,
    moments: [],
    momentCount: 0,
    faults: null,
    faultsError: null,
    tryNow: () => undefined,
    setConnection: (connection) => {
      set((state) => ({ connection: { ...state.connection, ...connection } }));
    },
    change: (change) => {
      set((state) => ({ data: change(state.data) }));
    },
    addMoment: (moment) => {
      set((state) => ({
        momentCount: state.momentCount + 1,
        moments: [...state.moments, { id: state.momentCount, seenAtMs: Date.now(), moment }].slice(-momentsMax),
      }));
    },
    setFaults: (faults) => {
      set((state) => ({ faults: share(state.faults, faults), faultsError: null }));
    },
    setFaultsError: (faultsError) => {
      set({ faultsError });
    },
    togglePause: () => {
      set((state) => ({ frozen: state.frozen === null && state.data.snapshot !== null ? state.data : null }));
    },
  }));
}

export type LiveStore = ReturnType<typeof createLiveStore>;
