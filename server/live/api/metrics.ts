import type { Route } from "./route.ts";

export const metrics: Route = {
  method: "GET",
  pattern: "/metrics",
  controls: false,
  handle: async ({ room }) => ({
    status: 200,
    body: await room.metrics(),
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  }),
};
