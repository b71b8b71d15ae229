"use client";
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";
import { callApi, type ApiAnswer, type ApiMethod } from "./api-client.ts";
import { TokenDialog } from "./token-dialog.tsx";

type Control = (method: ApiMethod, path: string, body?: unknown) => Promise<ApiAnswer>;

const ControlContext = createContext<Control | null>(null);
const tokenKey = "dedupscope.token";
const cancelled: ApiAnswer = { ok: false, status: 401, message: "not sent: a token is needed", parameter: null };

interface TokenQuestion {
  readonly wrong: boolean;
  readonly answer: (token: string | null) => void;
}

/** Sends control calls. A server that listens beyond this machine asks for its token once per browser tab. */
export function ControlsProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<TokenQuestion | null>(null);
  const asked = useRef<Promise<string | null> | null>(null);

  const askToken = useCallback((wrong: boolean): Promise<string | null> => {
    asked.current ??= new Promise<string | null>((resolve) => {
      setQuestion({
        wrong,
        answer: (token) => {
          if (token !== null) sessionStorage.setItem(tokenKey, token);
          asked.current = null;
          setQuestion(null);
          resolve(token);
        },
      });
    });
    return asked.current;
  }, []);

  const control = useCallback<Control>(
    async (method, path, body) => {
      let token = sessionStorage.getItem(tokenKey);
      for (;;) {
        // Each round needs a person's answer, so the loop is one of dialogs, not of requests.
        // oxlint-disable-next-line no-await-in-loop
        const answer = await callApi(method, path, { body, token });
        if (answer.ok || answer.status !== 401) return answer;
        // oxlint-disable-next-line no-await-in-loop
        token = await askToken(token !== null);
        if (token === null) return cancelled;
      }
    },
    [askToken],
  );

  return (
    <ControlContext value={control}>
      {children}
      {question !== null && <TokenDialog wrong={question.wrong} onAnswer={question.answer} />}
    </ControlContext>
  );
}

export function useControlCall(): Control {
  const control = useContext(ControlContext);
  if (control === null) throw new Error("a control stands outside ControlsProvider");
  return control;
}
