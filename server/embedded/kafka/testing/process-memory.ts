import { readFileSync } from "node:fs";

/** Resident bytes of a process, as Linux accounts them; 0 where there is no /proc. */
export function residentBytes(processId: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
