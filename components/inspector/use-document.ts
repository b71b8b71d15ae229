"use client";
import { useCallback, useEffect, useState } from "react";
import { callApi } from "../controls/api-client.ts";

export interface DocumentState<Body> {
  readonly body: Body | null;
  readonly error: string | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Reads a document of the HTTP API when `path` changes and on `reload`; null reads nothing. */
export function useDocument<Body>(path: string | null): DocumentState<Body> {
  const [body, setBody] = useState<Body | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [loading, setLoading] = useState(path !== null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    let wanted = true;
    setLoading(true);
    void callApi("GET", path).then((answer) => {
      if (!wanted) return;
      setLoading(false);
      setBody(answer.ok ? (answer.body as Body) : null);
      setError(answer.ok ? null : answer.message);
    });
    return () => {
      wanted = false;
    };
  }, [path, round]);
  const reload = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  return { body, error, loading, reload };
}
