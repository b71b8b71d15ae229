"use client";
import { useEffect, useState } from "react";
import { callApi, type ApiAnswer } from "../controls/api-client.ts";

export interface DocumentState<Body> {
  readonly body: Body | null;
  readonly error: string | null;
  readonly loading: boolean;
  /** When the document came, epoch milliseconds of this browser; 0 before. */
  readonly readAtMs: number;
  readonly reload: () => void;
}

interface Read {
  readonly path: string;
  readonly round: number;
  readonly answer: ApiAnswer;
  readonly readAtMs: number;
}

/** Reads a document of the HTTP API when `path` changes and on `reload`; null reads nothing. */
export function useDocument<Body>(path: string | null): DocumentState<Body> {
  const [read, setRead] = useState<Read | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    let wanted = true;
    const fetchDocument = async () => {
      const answer = await callApi("GET", path);
      if (wanted) setRead({ path, round, answer, readAtMs: Date.now() });
    };
    void fetchDocument();
    return () => {
      wanted = false;
    };
  }, [path, round]);
  const current = read !== null && read.path === path ? read : null;
  const answer = current?.answer;
  return {
    body: answer?.ok === true ? (answer.body as Body) : null,
    error: answer?.ok === false ? answer.message : null,
    loading: path !== null && current?.round !== round,
    readAtMs: current?.readAtMs ?? 0,
    reload: () => {
      setRound(round + 1);
    },
  };
}
