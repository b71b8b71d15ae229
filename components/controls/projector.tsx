"use client";
import { Icon } from "./icons.tsx";
import { applyProjector, isProjector } from "./settings.ts";

/** Enlarges, and hides what only a developer wants: tape, ids and money lines. */
export function ProjectorButton() {
  return (
    <button
      type="button"
      className="tool square"
      aria-label="Projector mode"
      title="Projector mode (P): larger, without tape and ids"
      onClick={() => {
        applyProjector(!isProjector());
      }}
    >
      <Icon name="beam" />
    </button>
  );
}
