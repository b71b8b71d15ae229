import type { ProtectionsRequest } from "#contract/api.ts";
import type { Protections } from "#contract/names.ts";
import type { Config } from "../config.ts";
import { ensureSpark } from "../consumer/spark/setup.ts";
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
