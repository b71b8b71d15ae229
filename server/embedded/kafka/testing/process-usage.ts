import { readFileSync } from "node:fs";

/** What Linux counts processor time in. */
const CLOCK_TICKS_PER_SECOND = 100;

/** Resident bytes of a process, as Linux accounts them; 0 where there is no /proc. */
export function residentBytes(processId: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

/** Processor time of a process since its start, in seconds; 0 where there is no /proc. */
export function processorSecondsOf(processId: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
