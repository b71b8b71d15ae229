import { DedupscopeError } from "../../shared/errors.ts";
import { ok, type Route } from "./route.ts";

/** The present state, or with `?run=ID` the last state of a run that has ended. */
export const snapshot: Route = {
  method: "GET",
  pattern: "/api/snapshot",
  controls: false,
  handle: ({ room, query }) => {
    const runId = query.get("run");
    const present = room.snapshot();
    if (runId === null || runId === present.run.id) return ok(present);
    const final = room.finalSnapshot(runId);
    if (final === undefined) {
      const known = room.runs().map((run) => run.id);
      throw new DedupscopeError("not-found", `run "${runId}" is not kept; runs that are: ${known.join(", ")}`, {
        parameter: "run",
      });
    }
    return ok(final);
  },
};
