import { ok, type Route } from "./route.ts";

export const batches: Route = {
  method: "GET",
  pattern: "/api/batches",
  controls: false,
  handle: ({ room }) => ok(room.batches()),
};
