// Serves the built page with a pipeline that exists only in memory, in any state: a stage for working on the page.
//   node scripts/page-stub.ts [--port 3100] [--scene story] [--faults all] [--token SECRET]
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import next from "next";
import { Server } from "socket.io";
import type { ClientToServer, ServerToClient } from "../contract/live.ts";
import { limits } from "../contract/limits.ts";
import { laneNames } from "../contract/names.ts";
import { fakeConfig, fakeFaults, fakePayment, fakeReconciliation } from "../e2e/fixtures/fake-documents.ts";
import { FakePipeline } from "../e2e/fixtures/fake-pipeline.ts";
import { addHistory } from "../e2e/fixtures/fake-views.ts";
import { contentPolicy } from "../server/live/content-policy.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3100" },
    scene: { type: "string", default: "story" },
    faults: { type: "string", default: "three" },
    token: { type: "string" },
  },
});
const root = join(import.meta.dirname, "..");
const description = new Map(fakeFaults(true).map((fault) => [fault.kind, fault]));

const app = next({ dev: false, dir: root });
await app.prepare();
const handlePage = app.getRequestHandler();
const policy = contentPolicy(root);
const http = createServer((request, response) => {
  void answer(request, response);
});
const io = new Server<ClientToServer, ServerToClient>(http, { serveClient: false });

function create(startMs: number): FakePipeline {
  return new FakePipeline({
    startMs,
    seed: 42,
    listeners: {
      row: (row) => {
        if (isQuiet) return;
        io.emit("tape", { runId: `run-${startMs}`, rows: [row], requests: pipeline.requests, reset: false });
      },
      moment: (moment) => {
        if (!isQuiet) io.emit("moment", moment);
      },
    },
  });
}

/** While history is made up, nobody is told. */
let isQuiet = true;
let pipeline = create(Math.floor((Date.now() - 240_000) / 10_000) * 10_000);

const title = (kind: string): string => description.get(kind)?.title ?? kind;

/** Four minutes with three faults, as the drawing shows them. */
function playStory(): void {
  const at = (seconds: number) => pipeline.startMs + seconds * 1000;
  pipeline.advance(at(72));
  pipeline.inject("acknowledgement-lost", title("acknowledgement-lost"), { answers: 1 });
  pipeline.advance(at(125));
  pipeline.inject("application-sends-again", title("application-sends-again"), {});
  pipeline.advance(at(186));
  pipeline.inject("producer-killed", title("producer-killed"), {});
  pipeline.advance(Date.now());
}

const scenes: Readonly<Record<string, () => void>> = {
  story: playStory,
  fresh: () => {
    pipeline = create(Date.now());
  },
  empty: () => {
    pipeline = create(Date.now());
    pipeline.running = false;
  },
  down: () => {
    playStory();
    const at = new Date().toISOString();
    const reason = "killed by SIGKILL";
    const nextStartAt = new Date(Date.now() + 60_000).toISOString();
    pipeline.setProcess("warehouse", { state: "backing-off", restarts: 1, lastExit: { at, reason }, nextStartAt });
    pipeline.setProcess("consumer-protected", { state: "starting", restarts: 2 });
    pipeline.waitingFor = "warehouse: killed by SIGKILL, starts again";
  },
  millions: () => {
    pipeline.ratePerSecond = 2000;
    for (const lane of laneNames) addHistory(pipeline.lanes[lane], 7_200_000, 36_412_006_718n);
    playStory();
    for (const lane of laneNames) pipeline.lanes[lane].gates.broker.passed.retry += 1_340;
  },
  loading: () => undefined,
};

const scene = scenes[values.scene];
if (scene === undefined) throw new Error(`--scene is "${values.scene}"; expected ${Object.keys(scenes).join(", ")}`);
scene();
isQuiet = false;
const silent = values.scene === "loading";

function everything(emit: (pipeline: FakePipeline) => void): void {
  if (!silent) emit(pipeline);
}

io.on("connection", (socket) => {
  const send = () => {
    everything((now) => {
      const runId = `run-${now.startMs}`;
      socket.emit("snapshot", now.snapshot(io.engine.clientsCount));
      socket.emit("series", { runId, points: now.points, reset: true });
      socket.emit("tape", { runId, rows: [...now.rows.values()], requests: now.requests, reset: true });
      socket.emit("windows", { runId, windows: now.windows() });
    });
  };
  socket.on("resync", send);
  send();
});

let lastPointAt = "";
setInterval(() => {
  everything((now) => {
    now.advance(Date.now());
    const runId = `run-${now.startMs}`;
    io.emit("snapshot", now.snapshot(io.engine.clientsCount));
    const point = now.points.at(-1);
    if (point !== undefined && point.at !== lastPointAt) {
      lastPointAt = point.at;
      io.emit("series", { runId, points: [point], reset: false });
      io.emit("windows", { runId, windows: now.windows() });
    }
  });
}, limits.snapshotIntervalMs);

type Answer = readonly [status: number, body: unknown];
const refuse = (status: number, code: string, message: string): Answer => [status, { error: { code, message } }];

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
}

async function control(request: IncomingMessage, path: string): Promise<Answer> {
  if (values.token !== undefined && request.headers.authorization !== `Bearer ${values.token}`) {
    return refuse(401, "forbidden", "a token is needed to control: send the one printed at the server's start");
  }
  const given = await body(request);
  const [, , collection, name] = path.split("/");
  if (collection === "simulator") {
    if (typeof given["running"] === "boolean") pipeline.running = given["running"];
    if (typeof given["ratePerSecond"] === "number") pipeline.ratePerSecond = given["ratePerSecond"];
    return [200, {}];
  }
  if (collection === "lanes") {
    const lane = laneNames.find((entry) => entry === name);
    if (lane === undefined) return refuse(404, "not-found", `lane "${name}" does not exist`);
    pipeline.lanes[lane].protections = { ...pipeline.lanes[lane].protections, ...given };
    return [200, pipeline.lanes[lane].protections];
  }
  if (collection === "faults") return inject(name ?? "", given);
  if (collection === "runs") {
    pipeline = create(Date.now());
    return [201, { id: `run-${pipeline.startMs}` }];
  }
  return refuse(404, "not-found", `${path} does not exist`);
}

function inject(kind: string, given: Record<string, unknown>): Answer {
  const fault = description.get(kind);
  if (fault === undefined) return refuse(404, "not-found", `fault "${kind}" does not exist`);
  if (!fault.canActNow && !fakeFaults(false).some((entry) => entry.kind === kind)) {
    return refuse(409, "cannot-act-now", "the stub cannot do this; the real server can");
  }
  return [202, { id: pipeline.inject(kind, fault.title, given as Record<string, number>) }];
}

function read(path: string): Answer {
  if (path === "/api/faults") return [200, { faults: fakeFaults(values.faults === "all") }];
  if (path === "/api/config") return [200, fakeConfig];
  if (path === "/api/snapshot") return [200, pipeline.snapshot(io.engine.clientsCount)];
  if (path === "/api/reconciliation") {
    return [200, fakeReconciliation(pipeline.windows(), new Date(Date.now() - 3_000).toISOString())];
  }
  if (path.startsWith("/api/payments/")) {
    const id = decodeURIComponent(path.slice("/api/payments/".length));
    return id.startsWith("0") ? [200, fakePayment(id)] : refuse(404, "not-found", `no layer knows the payment "${id}"`);
  }
  return refuse(404, "not-found", `${path} does not exist`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  if (!path.startsWith("/api/")) {
    response.setHeader("Content-Security-Policy", policy);
    await handlePage(request, response);
    return;
  }
  const [status, sent] = request.method === "GET" ? read(path) : await control(request, path);
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(sent));
}

http.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`page stub, scene "${values.scene}", on http://127.0.0.1:${values.port}`);
});
