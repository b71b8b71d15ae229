"use client";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { LaneName } from "#contract/names.ts";
import type { LaneSnapshot, Snapshot } from "#contract/snapshot.ts";
import type { LiveData } from "./live-data.ts";
import { connectLive } from "./socket-client.ts";
import { createLiveStore, type LiveState, type LiveStore } from "./store.ts";

const LiveContext = createContext<LiveStore | null>(null);

/** Makes the store and its socket once for all pages. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createLiveStore);
  useEffect(() => connectLive(store), [store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

export function useLive<Selected>(select: (state: LiveState) => Selected): Selected {
  const store = useContext(LiveContext);
  if (store === null) throw new Error("a live component stands outside LiveProvider");
  return useStore(store, select);
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
