"use client";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot, Snapshot } from "#contract/snapshot.ts";
import type { LiveData } from "./live-data.ts";
import { connectLive, type LiveConnection } from "./socket-client.ts";
import { createLiveStore, type LiveState, type LiveStore } from "./store.ts";

interface Live {
  readonly store: LiveStore;
  readonly connection: LiveConnection | null;
}

const LiveContext = createContext<Live | null>(null);

/** Makes the store and its socket once for all pages. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createLiveStore);
  const [connection, setConnection] = useState<LiveConnection | null>(null);
  useEffect(() => {
    const opened = connectLive(store);
    setConnection(opened);
    return opened.close;
  }, [store]);
  return <LiveContext value={{ store, connection }}>{children}</LiveContext>;
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("a live component stands outside LiveProvider");
  return live;
}

export function useLive<Selected>(select: (state: LiveState) => Selected): Selected {
  return useStore(useLiveContext().store, select);
}

export function useConnection(): LiveConnection | null {
  return useLiveContext().connection;
}

/** What the page shows: the frozen data of a paused view, or the newest. */
export function useView<Selected>(select: (data: LiveData) => Selected): Selected {
  return useLive((state) => select(state.frozen ?? state.data));
}

export function useSnapshot(): Snapshot | null {
  return useView((data) => data.snapshot);
}

export function laneOf(snapshot: Snapshot | null, name: LaneName): LaneSnapshot | null {
  return snapshot?.lanes.find((lane) => lane.name === name) ?? null;
}
