import { ok, type Route } from "./route.ts";

export const reconciliation: Route = {
  method: "GET",
  pattern: "/api/reconciliation",
  controls: false,
  handle: async ({ room }) => ok(await room.reconciliation()),
};
