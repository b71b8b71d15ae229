import { ok, type Route } from "./route.ts";

export const config: Route = {
  method: "GET",
  pattern: "/api/config",
  controls: false,
  handle: ({ room }) => ok(room.config()),
};
