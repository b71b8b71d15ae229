"use client";
import { useEffect, useState } from "react";

/** The value, taken over `delayMs` later, so that the charts draw one after the other and not in one long frame. */
export function useStaggered<Value>(value: Value, delayMs: number): Value {
  const [taken, setTaken] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setTaken(value);
    }, delayMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value, delayMs]);
  return taken;
}
