import type { ProtectionsRequest } from "#contract/api.ts";
import type { Protections } from "#contract/names.ts";
import type { Config } from "../config.ts";
import { ensureSpark } from "../consumer/spark/setup.ts";
import type { FaultDefinition } from "../faults/fault.ts";
import { DedupscopeError } from "../shared/errors.ts";
import type { Shutdown } from "./shutdown.ts";

/** Fetches Spark when it is the engine and not there yet, which takes minutes; says so on standard output. */
export async function prepareSpark({ spark }: Config, shutdown: Shutdown): Promise<void> {
  if (spark === null) return;
  const interruption = new AbortController();
  shutdown.add(() => {
    interruption.abort();
  });
  await ensureSpark({
    say: (text) => {
      console.log(`dedupscope: ${text}`);
    },
    signal: interruption.signal,
  });
}

/** Throws `cannot-act-now` for a switch that would change nothing with Spark as the engine. */
export function refuseIdleSwitch({ spark }: Config, present: Protections, request: ProtectionsRequest): void {
  if (spark === null) return;
  const isChange = (name: "deduplication" | "insertIds") =>
    request[name] !== undefined && request[name] !== present[name];
  if (isChange("deduplication"))
    throw new DedupscopeError(
      "cannot-act-now",
      `deduplication stays ${present.deduplication ? "on" : "off"}: with Spark it is part of the query from its first ` +
        `start, and a query's operators cannot be changed; the embedded engine can switch it`,
      { parameter: "deduplication" },
    );
  if (spark.sink === "load-jobs" && isChange("insertIds"))
    throw new DedupscopeError(
      "cannot-act-now",
      "insertIds cannot be switched: Spark brings the rows by load jobs, which carry none and are recognised by their " +
        "own ids; SPARK_SINK=topic inserts rows",
      { parameter: "insertIds" },
    );
}

/** Why a fault would do nothing with Spark as the engine; null when it acts there, or Spark is not the engine. */
export function whyNotWithSpark({ spark }: Pick<Config, "spark">, { kind, action }: FaultDefinition): string | null {
  if (spark === null) return null;
  if (kind === "checkpoint-torn")
    return "with Spark offsets and state are files of Spark's own, each renamed into place when it is whole: none has a tail";
  if (action.in === "sink" && spark.sink === "load-jobs")
    return "Spark brings the rows by load jobs, so that there is no insert whose answer could be lost; SPARK_SINK=topic inserts rows";
  return null;
}
