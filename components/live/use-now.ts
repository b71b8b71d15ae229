"use client";
import { useEffect, useState } from "react";

/** The browser's clock, read again every `intervalMs`; null stops it. */
export function useNow(intervalMs: number | null): number {
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    if (intervalMs === null) return undefined;
    const read = () => {
      setNowMs(Date.now());
    };
    read();
    const timer = setInterval(read, intervalMs);
    return () => {
      clearInterval(timer);
    };
  }, [intervalMs]);
  return nowMs;
}
