"use client";
import { useLive } from "../live/provider.tsx";
import { Icon } from "./icons.tsx";

/** Freezes what is shown; the pipeline goes on, and the bar below says so. */
export function PauseViewButton({ square = false }: { square?: boolean }) {
  const paused = useLive((state) => state.frozen !== null);
  const ready = useLive((state) => state.data.snapshot !== null);
  const toggle = useLive((state) => state.togglePause);
  const label = paused ? "Resume view" : "Pause view";
  return (
    <button
      type="button"
      className={square ? "tool square" : "tool"}
      aria-pressed={paused}
      aria-label={label}
      disabled={!ready}
      onClick={toggle}
    >
      <Icon name={paused ? "play" : "pause"} />
      {square ? null : label}
    </button>
  );
}
