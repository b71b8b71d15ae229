import { fork } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBatch } from "../testing/build-batch.ts";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { createTopic, produce } from "../testing/raw-requests.ts";
import type { BrokerMetrics, PartitionMetrics } from "./collect-metrics.ts";

const directory = temporaryDirectory();
const child = fork(
  new URL("../process.ts", import.meta.url),
  ["--port=0", "--data", directory.path, "--metrics-port=0"],
  {
    silent: true,
  },
);
let address: { host: string; port: number; metricsPort: number };

beforeAll(async () => {
  [address] = (await once(child, "message")) as [typeof address];
});

afterAll(async () => {
  child.kill("SIGTERM");
  await once(child, "exit");
  directory.remove();
});

async function partitionMetrics(): Promise<PartitionMetrics | undefined> {
  const answer = await fetch(`http://${address.host}:${address.metricsPort}/`);
  const metrics = (await answer.json()) as BrokerMetrics;
  return metrics.partitions[0];
}

function batch(baseSequence: number): Buffer {
  return buildBatch({ producerId: 9, baseSequence, values: ["a", "b", "c"], timestamp: 1_000 });
}

describe("the broker's metrics", () => {
  it("show that messages in counts absorbed duplicates, and the log end does not", async () => {
    const connection = await RawConnection.open(address);
    await createTopic(connection, { name: "measured" });
    for (const baseSequence of [0, 3, 3, 3])
      await produce(connection, { topic: "measured", records: batch(baseSequence) });
    await produce(connection, { topic: "measured", records: batch(100) });
    expect(await partitionMetrics()).toMatchObject({
      topic: "measured",
      logEnd: 6,
      storedRecords: 6,
      messagesIn: 12,
      duplicateBatches: 2,
      duplicateRecords: 6,
      producers: [
        { producerId: 9, epoch: 0, lastSequence: 5, rememberedBatches: [{ baseOffset: 0 }, { baseOffset: 3 }] },
      ],
    });
    await connection.close();
  });
});
