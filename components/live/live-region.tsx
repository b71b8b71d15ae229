"use client";
import { useEffect, useState } from "react";
import type { Moment } from "#contract/live.ts";
import { effectAnnouncement } from "./fault-view.ts";
import { useLive } from "./provider.tsx";

/** Effects are told once they have not changed for so long. */
const restMs = 1_500;

/** A value that has come to rest; null before. */
function useRested(value: string | null): string | null {
  const [rested, setRested] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(value);
    }, restMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return rested;
}

function processNews(moment: Moment | undefined): string {
  if (moment?.kind === "process-died") return `${moment.process} died: ${moment.reason}`;
  return moment?.kind === "process-back" ? `${moment.process} is back` : "";
}

/** Says to a screen reader what a person sees move: a fault's effects, a verdict that turns, a process that died. */
export function LiveRegion() {
  const newest = useLive((state) => state.data.snapshot?.faults.at(-1));
  const lanes = useLive((state) => state.data.snapshot?.lanes);
  const moments = useLive((state) => state.moments);
  const effects = useRested(newest === undefined ? null : effectAnnouncement(newest));
  const verdicts = lanes?.map((lane) => `${lane.name} lane: ${lane.verdict}`).join(", ");
  const news = moments.findLast(({ moment }) => moment.kind === "process-died" || moment.kind === "process-back");
  return (
    <div className="sr-only">
      <p role="status">{effects}</p>
      <p role="status">{verdicts}</p>
      <p role="status">{processNews(news?.moment)}</p>
    </div>
  );
}
