"use client";
import { useLive } from "../live/provider.tsx";

const words = { connecting: "Connecting", live: "Live", disconnected: "No connection" } as const;

export function ConnectionState() {
  const state = useLive((live) => live.connection.state);
  const isLive = state === "live";
  return (
    <span
      className={isLive ? "tool bare" : "tool bare text-wait"}
      data-testid="connection"
      data-state={state}
      title="Connection to the server"
    >
      <i className={isLive ? "signal" : "signal off"} aria-hidden="true">
        <i />
        <i />
        <i />
      </i>
      <span className={isLive ? "connection-word" : undefined}>{words[state]}</span>
    </span>
  );
}
