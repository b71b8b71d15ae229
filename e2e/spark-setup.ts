import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { messageOf } from "../server/shared/errors.ts";
import { startApacheKafka } from "../server/embedded/kafka/testing/apache-kafka.ts";
import { ensureSpark } from "../server/consumer/spark/setup.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A running Apache Kafka; null where Spark cannot be had. */
    readonly apacheKafka: { readonly host: string; readonly port: number } | null;
  }
}

/** Spark set up, and one Apache Kafka for all tests with it. Where Java or Python is missing they are skipped, loudly. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  try {
    await ensureSpark({ say: console.log });
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn(`\n!!! SPARK AS LAYER 3'S ENGINE IS NOT TESTED: ${messageOf(error)}\n`);
    provide("apacheKafka", null);
    return async () => {};
  }
  const directory = mkdtempSync(join(tmpdir(), "dedupscope-spark-kafka-"));
  const kafka = await startApacheKafka({ directory });
  provide("apacheKafka", { host: kafka.host, port: kafka.port });
  return async () => {
    await kafka.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
