import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startApacheKafka, type ApacheKafka } from "../embedded/kafka/testing/apache-kafka.ts";
import { layerOneBehaviours } from "./testing/layer-one-behaviours.ts";
import { ProducerRig } from "./testing/producer-rig.ts";

const directory = mkdtempSync(join(tmpdir(), "producer-kafka-"));
let kafka: ApacheKafka;
let rig: ProducerRig;
beforeAll(async () => {
  kafka = await startApacheKafka({ directory });
});
afterAll(async () => {
  await kafka.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  rig = new ProducerRig();
  await rig.start({ brokers: [`${kafka.host}:${kafka.port}`], ssl: false, sasl: null });
});
afterEach(() => rig.close());

describe("against Apache Kafka", () => {
  test.each(layerOneBehaviours)("%s", async (_name, check) => {
    await expect(check(rig)).resolves.toBeUndefined();
  });
});
