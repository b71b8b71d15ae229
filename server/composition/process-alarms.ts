import type { ProcessSnapshot } from "#contract/snapshot.ts";

/** In words, processes that died by themselves and are not back; what a fault killed comes back at once. */
export function processAlarms(processes: readonly ProcessSnapshot[]): readonly string[] {
  return processes
    .filter(
      ({ state, restarts }) => state === "backing-off" || state === "failed" || (state === "starting" && restarts > 0),
    )
    .filter(({ lastExit }) => lastExit !== null && !lastExit.reason.endsWith("(fault)"))
    .map(({ name, lastExit }) => `the ${name} does not run: ${lastExit?.reason ?? ""}; it is started again`);
}
