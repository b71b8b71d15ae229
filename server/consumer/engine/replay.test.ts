import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { replayText } from "./replay-file.ts";
import { replayStream, type Observed, type ReplayStream } from "./replay.ts";

const golden = readFileSync(new URL("../../../docs/decisions/consumer-spark-golden.json", import.meta.url), "utf8");
const { streams } = JSON.parse(golden) as { streams: (ReplayStream & { observed: readonly Observed[] })[] };

test.each(streams.map((stream) => [`${stream.name} (${stream.mode})`, stream] as const))(
  "%s gives what Spark observed, in Spark's order of batches",
  (_, stream) => expect(replayStream(stream)).toEqual(stream.observed),
);

test.each(streams.map((stream) => [`${stream.name} (${stream.mode})`, stream] as const))(
  "%s gives what Spark observed when the engine plans by mode",
  (_, { observed, ...stream }) => expect(replayStream(stream)).toEqual(observed),
);

test("a file comes back as the same document", () => {
  expect(JSON.parse(replayText(golden))).toEqual(JSON.parse(golden));
});

test("a file that is not one of streams is refused with the place of the mistake", () => {
  expect(() => replayText("{")).toThrow("not JSON");
  expect(() => replayText('{"streams":[{"name":"a","mode":"live","delayMs":-1,"batches":[]}]}')).toThrow("delayMs");
});
