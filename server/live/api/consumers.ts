import { ok, type Route } from "./route.ts";

export const consumers: Route = {
  method: "GET",
  pattern: "/api/consumers",
  controls: false,
  handle: ({ room }) => ok(room.consumers()),
};
