import { bookingRequest } from "#contract/api.ts";
import { parseBody } from "./parse-body.ts";
import { ok, type Route } from "./route.ts";

export const bookPayment: Route = {
  method: "POST",
  pattern: "/api/payments/:transactionId/book",
  controls: true,
  handle: async ({ room, path, body }) =>
    ok(await room.bookPayment(path["transactionId"] ?? "", parseBody(bookingRequest, body))),
};
