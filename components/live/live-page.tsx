"use client";
import { Timelines } from "../charts/timelines.tsx";
import { LiveRegion } from "./live-region.tsx";
import { Pipeline } from "./pipeline.tsx";
import { StackedPage } from "./stacked-page.tsx";
import { StatusBars } from "./status-bars.tsx";
import { Tape } from "./tape.tsx";
import { useNarrow } from "./use-narrow.ts";

/** The main page: the pipeline, then its history. Narrow screens get the same, transposed. */
export function LivePage() {
  const narrow = useNarrow();
  return (
    <>
      <StatusBars />
      {narrow ? (
        <StackedPage />
      ) : (
        <main className="live-main wide-only">
          <h1 className="sr-only">Live pipeline</h1>
          <Pipeline />
          <div className="lower">
            <Timelines />
            <Tape />
          </div>
        </main>
      )}
      <LiveRegion />
    </>
  );
}
