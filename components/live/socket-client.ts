import { io, type Socket } from "socket.io-client";
import type { FaultDescription } from "#contract/faults.ts";
import type { ClientToServer, ServerToClient } from "#contract/live.ts";
import { callApi } from "../controls/api-client.ts";
import { missedBetween, withSeries, withSnapshot, withTape, withWindows } from "./live-data.ts";
import type { LiveStore } from "./store.ts";

const reconnectDelayMs = 1_000;
const reconnectDelayMaxMs = 5_000;
/** A browser that is too slow asks for everything at most this often. */
const resyncIntervalMs = 2_000;
/** Whether a fault can act now changes without a message of its own. */
const faultsIntervalMs = 4_000;

type LiveSocket = Socket<ServerToClient, ClientToServer>;

/** Opens the page's only socket and feeds the store with everything that it says; returns how to close it. */
export function connectLive(store: LiveStore): () => void {
  const socket: LiveSocket = io({
    reconnectionDelay: reconnectDelayMs,
    reconnectionDelayMax: reconnectDelayMaxMs,
    randomizationFactor: 0,
  });
  const refreshFaults = () => {
    void readFaults(store);
  };
  bindMessages(socket, store);
  bindConnection(socket, store, refreshFaults);
  const timer = setInterval(() => {
    if (store.getState().connection.state === "live") refreshFaults();
  }, faultsIntervalMs);
  store.setState({
    tryNow: () => {
      socket.disconnect().connect();
    },
  });
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

function bindMessages(socket: LiveSocket, store: LiveStore): void {
  const { change, setConnection, addMoment } = store.getState();
  const heard = () => {
    setConnection({ heardAtMs: Date.now() });
  };
  let resyncAtMs = 0;
  socket.on("snapshot", (snapshot) => {
    const missed = missedBetween(store.getState().data.snapshot, snapshot);
    if (missed && Date.now() - resyncAtMs > resyncIntervalMs) {
      resyncAtMs = Date.now();
      socket.emit("resync");
    }
    change((data) => withSnapshot(data, snapshot));
    heard();
  });
  socket.on("series", (message) => {
    change((data) => withSeries(data, message));
  });
  socket.on("tape", (message) => {
    change((data) => withTape(data, message));
  });
  socket.on("windows", (message) => {
    change((data) => withWindows(data, message));
  });
  socket.on("moment", addMoment);
}

function bindConnection(socket: LiveSocket, store: LiveStore, refreshFaults: () => void): void {
  const { setConnection } = store.getState();
  const lost = (failedTries: number) => {
    const waitMs = Math.min(reconnectDelayMaxMs, reconnectDelayMs * 2 ** failedTries);
    setConnection({ state: "disconnected", nextTryAtMs: Date.now() + waitMs });
  };
  let failedTries = 0;
  socket.on("connect", () => {
    failedTries = 0;
    setConnection({ state: "live", nextTryAtMs: null });
    refreshFaults();
  });
  socket.on("disconnect", (reason) => {
    if (reason === "io client disconnect") return;
    lost(0);
    // After a disconnect by the server socket.io does not try again by itself.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", () => {
    lost(failedTries);
    failedTries += 1;
  });
  socket.io.on("reconnect_attempt", () => {
    setConnection({ nextTryAtMs: null });
  });
}

async function readFaults(store: LiveStore): Promise<void> {
  const answer = await callApi("GET", "/api/faults");
  if (answer.ok) store.getState().setFaults((answer.body as { faults: readonly FaultDescription[] }).faults);
  else store.getState().setFaultsError(answer.message);
}
