import { afterAll, beforeAll, describe } from "vitest";
import { startApacheKafka } from "../testing/apache-kafka.ts";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { defineConformanceSuite } from "./all-cases.ts";
import { EXPIRATION_CHECK_MS, EXPIRATION_MS } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const directory = temporaryDirectory();
let target: ConformanceTarget;

beforeAll(async () => {
  const kafka = await startApacheKafka({
    directory: directory.path,
    properties: {
      "producer.id.expiration.ms": EXPIRATION_MS,
      "producer.id.expiration.check.interval.ms": EXPIRATION_CHECK_MS,
    },
  });
  target = {
    name: "Apache Kafka",
    kind: "apache-kafka",
    host: kafka.host,
    port: kafka.port,
    dataDirectory: kafka.dataDirectory,
    async restart(how) {
      await kafka.stop(how === "clean" ? "SIGTERM" : "SIGKILL");
      await kafka.start();
    },
    async stop() {
      await kafka.stop("SIGKILL");
    },
  };
});

afterAll(async () => {
  await target.stop();
  directory.remove();
});

describe("Apache Kafka, by the same rules", () => {
  defineConformanceSuite(() => target);
});
