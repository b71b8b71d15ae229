"use client";
import { Timelines } from "../charts/timelines.tsx";
import { FaultButton } from "../controls/fault-button.tsx";
import { PauseViewButton } from "../controls/pause-view.tsx";
import { lastOfKind } from "./fault-view.ts";
import { laneOf, useLive, useSnapshot } from "./provider.tsx";
import { StackedEquations } from "./stacked-equations.tsx";
import { StackedPipeline } from "./stacked-pipeline.tsx";
import { Tape } from "./tape.tsx";
import { Verdict } from "./verdict.tsx";

/** The main page under 1100 px: verdicts first, layers run down, lanes are two columns, Inject timeout is docked. */
export function StackedPage() {
  const snapshot = useSnapshot();
  const runStartMs = snapshot === null ? 0 : Date.parse(snapshot.run.startedAt);
  return (
    <main className="stacked">
      <h1 className="sr-only">Live pipeline</h1>
      <div className="stacked-verdicts">
        <Verdict name="protected" lane={laneOf(snapshot, "protected")} runStartMs={runStartMs} />
        <Verdict name="unprotected" lane={laneOf(snapshot, "unprotected")} runStartMs={runStartMs} />
      </div>
      <StackedPipeline snapshot={snapshot} />
      <StackedEquations snapshot={snapshot} />
      <Timelines />
      <Tape />
      <Dock />
    </main>
  );
}

function Dock() {
  const snapshot = useSnapshot();
  const fault = useLive((state) => state.faults?.find(({ kind }) => kind === "acknowledgement-lost"));
  return (
    <div className="dock">
      {fault === undefined ? (
        <span className="fault inject" data-state="off" />
      ) : (
        <FaultButton fault={fault} last={lastOfKind(snapshot?.faults ?? [], fault.kind)} size="inject" />
      )}
      <PauseViewButton square />
    </div>
  );
}
