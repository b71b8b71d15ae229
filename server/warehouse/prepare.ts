import { setTimeout as delay } from "node:timers/promises";
import { DedupscopeError, messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { Definitions } from "./definitions.ts";
import { type Gateway, isRetriable } from "./gateway.ts";

const firstBackoffMs = 100;
const backoffMaxMs = 2_000;

/**
 * Makes the dataset, its tables and views where they are missing; every statement may be repeated. Waits for a
 * warehouse that is only starting, up to `deadlineMs` in all.
 */
export async function prepareDataset(
  gateway: Gateway,
  definitions: Definitions,
  options: { readonly logger: Logger; readonly nowMs: () => number; readonly deadlineMs: number },
): Promise<void> {
  const endMs = options.nowMs() + options.deadlineMs;
  for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, backoffMaxMs)) {
    try {
      await gateway.createDataset();
      for (const definition of [...definitions.tables, ...definitions.views]) await gateway.query(definition);
      return;
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (options.nowMs() + backoffMs > endMs) {
        const message = `the warehouse was not ready within ${options.deadlineMs} ms: ${messageOf(error)}`;
        throw new DedupscopeError("warehouse-unreachable", message, { retriable: true, cause: error });
      }
      options.logger.info({ reason: messageOf(error) }, "waiting for the warehouse");
      await delay(backoffMs);
    }
  }
}
