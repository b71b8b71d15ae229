"use client";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useLive } from "../live/provider.tsx";
import { actionOf, type KeyAction } from "./key-bindings.ts";
import { applyProjector, isProjector, toggleTheme } from "./settings.ts";
import { nextRate } from "./rate-steps.ts";
import { useSimulator } from "./use-simulator.ts";

interface KeysDialogState {
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}
const KeysDialogContext = createContext<KeysDialogState>({ open: false, setOpen: () => undefined });

export function useKeysDialog(): KeysDialogState {
  return useContext(KeysDialogContext);
}

function focusOf(target: EventTarget | null): "text" | "button" | "none" {
  if (!(target instanceof HTMLElement)) return "none";
  if (target.closest("input, textarea, select, [contenteditable]") !== null) return "text";
  return target.closest("button, a, [role=slider], [role^=menuitem]") === null ? "none" : "button";
}

/** Presses what the page shows, so that a key does exactly what its button does. */
const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();

/** The page's keys. They rest while a dialog is open. */
export function Keyboard({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const togglePause = useLive((state) => state.togglePause);
  const { running, setRunning, ratePerSecond, setRate } = useSimulator();

  useEffect(() => {
    const rate = ratePerSecond ?? 1;
    const actions: Readonly<Record<KeyAction, () => void>> = {
      inject: () => {
        press('[data-testid="inject-acknowledgement-lost"]');
      },
      pause: togglePause,
      simulator: () => {
        setRunning(!running);
      },
      slower: () => {
        setRate(nextRate(rate, -1));
      },
      faster: () => {
        setRate(nextRate(rate, 1));
      },
      theme: toggleTheme,
      projector: () => {
        applyProjector(!isProjector());
      },
      search: () => document.querySelector<HTMLElement>("#tape-search")?.focus(),
      keys: () => {
        setOpen(true);
      },
    };
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector('[role="dialog"]') !== null) return;
      const { key, ctrlKey, metaKey, altKey, repeat } = event;
      const action = actionOf({ key, ctrlKey, metaKey, altKey, repeat, focus: focusOf(event.target) });
      if (action === undefined) return;
      event.preventDefault();
      actions[action]();
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
    };
  });

  const dialog = useMemo(() => ({ open, setOpen }), [open]);
  return <KeysDialogContext value={dialog}>{children}</KeysDialogContext>;
}
