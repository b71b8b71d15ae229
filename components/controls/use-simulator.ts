"use client";
import { useLive } from "../live/provider.tsx";
import { useControl } from "./use-control.ts";

/** The simulator as it is now, also while the view is paused, and how to change it. */
export function useSimulator() {
  const simulator = useLive((state) => state.data.snapshot?.simulator ?? null);
  const { pending, error, send } = useControl();
  const put = (body: { running?: boolean; ratePerSecond?: number }) => {
    void send("PUT", "/api/simulator", body);
  };
  return {
    running: simulator?.running ?? false,
    ratePerSecond: simulator?.ratePerSecond ?? null,
    pending,
    error,
    setRunning: (running: boolean) => {
      put({ running });
    },
    setRate: (ratePerSecond: number) => {
      put({ ratePerSecond });
    },
  };
}
