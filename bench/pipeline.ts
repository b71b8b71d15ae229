/**
 * The whole pipeline, both lanes, embedded: how many payments a second come through while no queue grows, and how
 * long after the click on "Inject timeout" the retry is seen on the socket.
 *
 *     node bench/pipeline.ts [seconds per rate, default 15]
 */
import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type { ClientToServer, ServerToClient, TapeMessage } from "../contract/live.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { Program, count } from "../e2e/program.ts";

const rates = [100, 500, 1_000, 2_000];
const secondsPerRate = Number(process.argv[2] ?? 15);
const clicks = 5;
/** A queue that holds more than this many seconds of payments is growing, not working. */
const lagBoundSeconds = 3;

const program = new Program({ RATE: "10", SEED: "1", LOG_LEVEL: "error" });
await program.start();
const socket: Socket<ServerToClient, ClientToServer> = io(program.address, { transports: ["websocket"] });

async function measureClick(): Promise<number> {
  const startedMs = performance.now();
  const { body } = await program.request("POST", "/api/faults/acknowledgement-lost", {});
  const faultId = (body as { id: number }).id;
  return new Promise<number>((resolve) => {
    const listen = (message: TapeMessage) => {
      const retried = message.rows.some((row) => row.faultId === faultId && row.attemptNumber > 1);
      if (!retried) return;
      socket.off("tape", listen);
      resolve(performance.now() - startedMs);
    };
    socket.on("tape", listen);
  });
}

function queued(snapshot: Snapshot): number {
  const behind = (lane: "protected" | "unprotected") =>
    count(snapshot, lane, "intended") - count(snapshot, lane, "booked");
  return Math.max(behind("protected"), behind("unprotected"));
}

async function measureRate(ratePerSecond: number): Promise<void> {
  await program.request("PUT", "/api/simulator", { ratePerSecond });
  await pause(3_000);
  const before = await program.snapshot();
  let worstQueue = 0;
  const startedMs = performance.now();
  while (performance.now() - startedMs < secondsPerRate * 1_000) {
    await pause(500);
    worstQueue = Math.max(worstQueue, queued(await program.snapshot()));
  }
  const after = await program.snapshot();
  const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1_000;
  const through = (lane: "protected" | "unprotected") =>
    Math.round((count(after, lane, "booked") - count(before, lane, "booked")) / seconds);
  const bounded = worstQueue <= ratePerSecond * lagBoundSeconds;
  console.log(
    `${String(ratePerSecond).padStart(6)}/s wanted: booked ${through("protected")}/s protected, ` +
      `${through("unprotected")}/s unprotected; at most ${worstQueue} payments between intent and booking ` +
      `(${bounded ? "bounded" : "GROWING"})`,
  );
}

try {
  await pause(2_000);
  const times: number[] = [];
  for (let click = 0; click < clicks; click += 1) times.push(await measureClick());
  times.sort((a, b) => a - b);
  const shown = times.map((time) => `${Math.round(time)}`).join(", ");
  console.log(`click to the retry on the socket: ${shown} ms (median ${Math.round(times[clicks >> 1] ?? 0)} ms)`);
  for (const rate of rates) await measureRate(rate);
} finally {
  socket.close();
  await program.dispose();
}
