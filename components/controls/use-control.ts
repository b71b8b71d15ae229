"use client";
import { useCallback, useEffect, useState } from "react";
import type { ApiMethod } from "./api-client.ts";
import { useControlCall } from "./controls-provider.tsx";

/** How long a refusal stands beside its button. */
const errorShownMs = 9_000;

export interface ControlState {
  readonly pending: boolean;
  /** Why the last call was refused; null when it was not, or when it has been read. */
  readonly error: string | null;
  readonly clear: () => void;
  /** Sends the call; resolves to whether it was accepted. */
  readonly send: (method: ApiMethod, path: string, body?: unknown) => Promise<boolean>;
}

/** One button's call: busy while it runs, and the refusal as a message beside the button. */
export function useControl(): ControlState {
  const control = useControlCall();
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (error === null) return undefined;
    const timer = setTimeout(() => {
      setError(null);
    }, errorShownMs);
    return () => {
      clearTimeout(timer);
    };
  }, [error]);
  const clear = useCallback(() => {
    setError(null);
  }, []);
  const send = useCallback(
    async (method: ApiMethod, path: string, body?: unknown) => {
      setPending(true);
      setError(null);
      const answer = await control(method, path, body);
      setPending(false);
      if (!answer.ok) setError(answer.message);
      return answer.ok;
    },
    [control],
  );
  return { pending, error, clear, send };
}
