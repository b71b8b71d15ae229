import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import type {
  ClientToServer,
  Moment,
  SeriesMessage,
  ServerToClient,
  TapeMessage,
  WindowsMessage,
} from "#contract/live.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import { judgeRequest, type AccessPolicy } from "./access.ts";
import { factsOf } from "./router.ts";

/** What a browser needs that has just connected or missed something. */
export interface Everything {
  readonly snapshot: Snapshot;
  readonly series: SeriesMessage;
  readonly tape: TapeMessage;
  readonly windows: WindowsMessage;
}

export interface SocketDependencies {
  readonly http: HttpServer;
  readonly policy: () => AccessPolicy;
  readonly everything: () => Everything;
}

/** A message from a browser may not be larger; browsers say nothing but `resync`. */
const clientMessageBytesMax = 1_000;

/**
 * One broadcast for all browsers. The snapshot is volatile: a slow browser misses one and the next heals it, because
 * it carries absolute totals. It goes first, for a volatile message is dropped while another is being written. The
 * rest is small and not repeated, so it waits for the browser, at most until the ping timeout ends the connection.
 */
export function createSocket({ http, policy, everything }: SocketDependencies) {
  const io = new Server<ClientToServer, ServerToClient>(http, {
    perMessageDeflate: false,
    serveClient: false,
    maxHttpBufferSize: clientMessageBytesMax,
    allowRequest: (request, decide) => {
      const judgement = judgeRequest(factsOf(request), policy());
      decide(judgement.allowed ? null : judgement.message, judgement.allowed);
    },
  });

  io.on("connection", (socket) => {
    const sendEverything = () => {
      const { snapshot, series, tape, windows } = everything();
      socket.emit("snapshot", snapshot);
      socket.emit("series", series);
      socket.emit("tape", tape);
      socket.emit("windows", windows);
    };
    socket.on("resync", sendEverything);
    sendEverything();
  });

  return {
    watching: () => io.engine.clientsCount,
    snapshot: (snapshot: Snapshot) => io.volatile.emit("snapshot", snapshot),
    series: (message: SeriesMessage) => io.emit("series", message),
    tape: (message: TapeMessage) => io.emit("tape", message),
    windows: (message: WindowsMessage) => io.emit("windows", message),
    moment: (moment: Moment) => io.emit("moment", moment),
    close: () => io.close(),
  };
}
