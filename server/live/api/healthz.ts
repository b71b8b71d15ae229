import type { Route } from "./route.ts";

export const healthz: Route = {
  method: "GET",
  pattern: "/healthz",
  controls: false,
  handle: ({ room }) => {
    const health = room.health();
    return { status: health.healthy ? 200 : 503, body: health };
  },
};
