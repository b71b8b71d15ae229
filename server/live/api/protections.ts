import { protectionsRequest } from "#contract/api.ts";
import { laneNames } from "#contract/names.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import { parseBody } from "./parse-body.ts";
import { ok, type Route } from "./route.ts";

export const setProtections: Route = {
  method: "PUT",
  pattern: "/api/lanes/:lane/protections",
  controls: true,
  handle: async ({ room, path, body }) => {
    const lane = laneNames.find((name) => name === path["lane"]);
    if (lane === undefined) {
      throw new DedupscopeError("not-found", `lane "${path["lane"]}" does not exist; lanes: ${laneNames.join(", ")}`);
    }
    await room.setProtections(lane, parseBody(protectionsRequest, body));
    return ok(room.snapshot().lanes.find((entry) => entry.name === lane)?.protections);
  },
};
