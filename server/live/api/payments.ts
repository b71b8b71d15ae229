import { ok, type Route } from "./route.ts";

export const tracePayment: Route = {
  method: "GET",
  pattern: "/api/payments/:transactionId",
  controls: false,
  handle: async ({ room, path }) => ok(await room.payment(path["transactionId"] ?? "")),
};
