import { ok, type Route } from "./route.ts";

export const listAlarmChanges: Route = {
  method: "GET",
  pattern: "/api/alarm-changes",
  controls: false,
  handle: async ({ room }) => ok({ changes: await room.alarmChanges() }),
};

export const undoAlarmChange: Route = {
  method: "DELETE",
  pattern: "/api/alarm-changes/:id",
  controls: true,
  handle: async ({ room, path }) => ok(await room.undoAlarmChange(path["id"] ?? "")),
};
