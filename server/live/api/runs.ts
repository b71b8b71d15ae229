import { runRequest } from "#contract/api.ts";
import { parseBody } from "./parse-body.ts";
import { ok, type Route } from "./route.ts";

export const listRuns: Route = {
  method: "GET",
  pattern: "/api/runs",
  controls: false,
  handle: ({ room }) => ok({ runs: room.runs() }),
};

export const startRun: Route = {
  method: "POST",
  pattern: "/api/runs",
  controls: true,
  handle: async ({ room, body }) => ({ status: 201, body: await room.newRun(parseBody(runRequest, body)) }),
};
