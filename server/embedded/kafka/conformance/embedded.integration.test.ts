import { afterAll, beforeAll, describe } from "vitest";
import { startBrokerProcess, temporaryDirectory } from "../testing/broker-process.ts";
import { defineConformanceSuite } from "./all-cases.ts";
import { EXPIRATION_CHECK_MS } from "./target.ts";
import type { ConformanceTarget } from "./target.ts";

const directory = temporaryDirectory();
let target: ConformanceTarget;

beforeAll(async () => {
  const args = ["--producer-id-expiration-check-ms", String(EXPIRATION_CHECK_MS)];
  let broker = await startBrokerProcess({ dataDirectory: directory.path, args });
  const { host, port, dataDirectory } = broker;
  target = {
    name: "the embedded broker",
    kind: "embedded",
    host,
    port,
    dataDirectory,
    async restart(how) {
      await (how === "clean" ? broker.stop() : broker.kill());
      broker = await startBrokerProcess({ dataDirectory, port, args });
    },
    async stop() {
      await broker.stop();
    },
  };
});

afterAll(async () => {
  await target.stop();
  directory.remove();
});

describe("the embedded broker, by Kafka's rules", () => {
  defineConformanceSuite(() => target);
});
