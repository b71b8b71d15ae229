import { ok, type Route } from "./route.ts";

export const listFaults: Route = {
  method: "GET",
  pattern: "/api/faults",
  controls: false,
  handle: ({ room }) => ok({ faults: room.faults() }),
};

export const injectFault: Route = {
  method: "POST",
  pattern: "/api/faults/:kind",
  controls: true,
  handle: async ({ room, path, body }) => ({ status: 202, body: await room.injectFault(path["kind"] ?? "", body) }),
};
