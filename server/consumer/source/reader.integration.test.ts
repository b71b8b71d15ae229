import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startBrokerProcess, type BrokerProcess } from "../../embedded/kafka/testing/broker-process.ts";
import { readerBehaviours } from "./testing/reader-behaviours.ts";
import { ReaderRig } from "./testing/reader-rig.ts";

const data = mkdtempSync(join(tmpdir(), "reader-"));
let broker: BrokerProcess;
let rig: ReaderRig;
beforeAll(async () => {
  broker = await startBrokerProcess({ dataDirectory: data });
});
afterAll(async () => {
  await broker.stop();
  rmSync(data, { recursive: true, force: true });
});
beforeEach(() => {
  rig = new ReaderRig(`${broker.host}:${broker.port}`);
});
afterEach(() => rig.close());

describe("against the built-in broker", () => {
  test.each(readerBehaviours)("%s", async (_name, check) => {
    await expect(check(rig)).resolves.toBeUndefined();
  });
});
