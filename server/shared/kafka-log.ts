import type { LogEntry } from "kafkajs";
import type { Logger } from "./logger.ts";

/** kafkajs's own numbers; its package is not loaded for them. */
export const kafkaLogLevels = { error: 1, warn: 2 } as const;

/** kafkajs's log in ours: its errors are what it tries again by itself, so they are warnings here. */
export function kafkaLogCreator(logger: Logger): () => (entry: LogEntry) => void {
  return () => (entry) => {
    const level: number = entry.level;
    const write = level === kafkaLogLevels.error ? logger.warn : logger.debug;
    write.call(logger, { namespace: entry.namespace, detail: entry.log["error"] as unknown }, entry.log.message);
  };
}
