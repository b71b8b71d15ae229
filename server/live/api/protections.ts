import { protectionsRequest } from "#contract/api.ts";
import { laneNames } from "#contract/names.ts";
import { DedupscopeError } from "../../shared/errors.ts";
import { parseBody } from "./parse-body.ts";
import { ok, type Route } from "./route.ts";

export const setProtections: Route = {
  method: "PUT",
  pattern: "/api/lanes/:lane/protections",
  controls: true,
  handle: ({ room, path, body }) => {
    const lane = laneNames.find((name) => name === path["lane"]);
    if (lane === undefined) {
      throw new DedupscopeError("not-found", `lane "${path["lane"]}" does not exist; lanes: ${laneNames.join(", ")}`);
    }
    return ok(room.setProtections(lane, parseBody(protectionsRequest, body)));
  },
};
