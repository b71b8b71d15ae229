"use client";
import { useEffect, useRef, useState } from "react";

/**
 * The value, taken over at most `delayMs` later, so that the charts draw one after the other and not in one long frame.
 * A newer value joins the wait instead of starting it again: a busy browser must not fall behind for ever.
 */
export function useStaggered<Value>(value: Value, delayMs: number): Value {
  const [taken, setTaken] = useState(value);
  const newest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    newest.current = value;
    if (timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      setTaken(newest.current);
    }, delayMs);
  }, [value, delayMs]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return taken;
}
