"use client";
import { useSyncExternalStore } from "react";

const query = "(max-width: 1099px)";

function subscribe(onChange: () => void): () => void {
  const media = matchMedia(query);
  media.addEventListener("change", onChange);
  return () => {
    media.removeEventListener("change", onChange);
  };
}

/** Whether the stacked layout is wanted. The server's HTML is the wide one; CSS hides it on narrow screens. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(query).matches,
    () => false,
  );
}
