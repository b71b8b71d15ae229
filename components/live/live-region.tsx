"use client";
import { useEffect, useRef, useState } from "react";
import { effectAnnouncement } from "./fault-view.ts";
import { useLive } from "./provider.tsx";

/** Effects are told once they have not changed for so long. */
const restMs = 1_500;

/** Says to a screen reader what a person sees move: a fault's effects, a verdict that turns, a process that died. */
export function LiveRegion() {
  const [text, setText] = useState("");
  const faults = useLive((state) => state.data.snapshot?.faults);
  const lanes = useLive((state) => state.data.snapshot?.lanes);
  const moments = useLive((state) => state.moments);

  const newest = faults?.at(-1);
  const effects = newest === undefined ? null : effectAnnouncement(newest);
  const firstEffects = useRef<string | null | undefined>(undefined);
  useEffect(() => {
    // What was there when the page opened is not news.
    if (firstEffects.current === undefined && faults !== undefined) firstEffects.current = effects;
    if (effects === null || effects === firstEffects.current) return undefined;
    const timer = setTimeout(() => {
      setText(effects);
    }, restMs);
    return () => {
      clearTimeout(timer);
    };
  }, [effects, faults]);

  const verdicts = lanes?.map((lane) => `${lane.name} lane: ${lane.verdict}`).join(", ");
  const lastVerdicts = useRef(verdicts);
  useEffect(() => {
    if (lastVerdicts.current !== undefined && verdicts !== undefined && verdicts !== lastVerdicts.current) {
      setText(verdicts);
    }
    lastVerdicts.current = verdicts;
  }, [verdicts]);

  const last = moments.at(-1)?.moment;
  useEffect(() => {
    if (last?.kind === "process-died") setText(`${last.process} died: ${last.reason}`);
    if (last?.kind === "process-back") setText(`${last.process} is back`);
  }, [last]);

  return (
    <p className="sr-only" role="status" aria-live="polite">
      {text}
    </p>
  );
}
