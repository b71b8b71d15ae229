import { simulatorRequest } from "#contract/api.ts";
import { parseBody } from "./parse-body.ts";
import { ok, type Route } from "./route.ts";

export const setSimulator: Route = {
  method: "PUT",
  pattern: "/api/simulator",
  controls: true,
  handle: ({ room, body }) => ok(room.setSimulator(parseBody(simulatorRequest, body))),
};
