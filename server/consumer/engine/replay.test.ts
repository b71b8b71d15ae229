import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveReplay } from "../testing/naive-replay.ts";
import { replayText } from "./replay-file.ts";
import { replayModes, replayStream, type Observed, type ReplayMode, type ReplayStream } from "./replay.ts";

const golden = readFileSync(new URL("../../../docs/decisions/consumer-spark-golden.json", import.meta.url), "utf8");
const { streams } = JSON.parse(golden) as {
  streams: (ReplayStream & { readonly mode: ReplayMode; readonly observed: readonly Observed[] })[];
};
const titled = streams.map((stream) => [`${stream.name} (${stream.mode})`, stream] as const);

test.each(titled)("%s gives what Spark observed, in Spark's order of batches", (_, { observed, ...stream }) =>
  expect(replayStream(stream, { order: observed.map(({ input }) => input) })).toEqual(observed),
);

test.each(titled)("%s gives what Spark observed when the engine plans by mode", (_, { observed, mode, ...stream }) =>
  expect(replayStream(stream, { mode })).toEqual(observed),
);

test.each(titled)("%s: a model of twenty lines gives what Spark observed, too", (_, { observed, mode, ...stream }) =>
  expect(naiveReplay(stream, mode)).toEqual(observed),
);

/** Few ids, and times around each other or far apart, before 1970 and up to the last that is accepted. */
const time = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 2, arbitrary: fc.integer({ min: -50, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 253_402_300_799_999 }) },
);
const id = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((number) => `payment ${number}`),
  fc.constantFrom(
    "",
    "ü",
    "01890000-0000-7000-8000-000000000001",
    "01890000-0000-7000-8000-00000000000A",
    "x".repeat(300),
  ),
);
const batch = fc.record({ rows: fc.array(fc.record({ id, ts: time }), { maxLength: 12 }) });
const randomStream = fc.record({
  name: fc.constant("random"),
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 }), fc.constant(28_000_000_000_000)),
  batches: fc.array(batch, { maxLength: 12 }),
});

test("random streams give, batch for batch, what the model gives", () => {
  fc.assert(
    fc.property(randomStream, fc.constantFrom(...replayModes), (stream, mode) => {
      expect(replayStream(stream, { mode })).toEqual(naiveReplay(stream, mode));
    }),
    { numRuns: 2_000 },
  );
});

test("a file comes back as the same document, whether it says what was observed or not", () => {
  expect(JSON.parse(replayText(golden))).toEqual(JSON.parse(golden));
  const withoutObserved = JSON.stringify(JSON.parse(golden), (key, value: unknown) =>
    key === "observed" ? undefined : value,
  );
  expect(JSON.parse(replayText(withoutObserved))).toEqual(JSON.parse(golden));
});

test("a byte order mark before the document is no part of it", () => {
  expect(replayText('\uFEFF{"streams":[]}')).toBe('{"streams":[]}');
});

test("the order of `observed` is followed whatever the mode is called", () => {
  const stream = {
    name: "odd",
    mode: "once an hour",
    delayMs: 0,
    batches: [{ rows: [{ id: "a", ts: 5 }] }, { rows: [] }],
  };
  const order = [{ input: 1 }, { input: null }, { input: 0 }];
  const answered = JSON.parse(replayText(JSON.stringify({ streams: [{ ...stream, observed: order }] }))) as {
    streams: { observed: Observed[] }[];
  };
  expect(answered.streams[0]?.observed.map(({ input, emitted }) => [input, emitted.length])).toEqual([
    [1, 0],
    [null, 0],
    [0, 1],
  ]);
});

const odd = (changes: object) =>
  JSON.stringify({ streams: [{ name: "a", mode: "live", delayMs: 1, batches: [], ...changes }] });

test.each([
  ["{", "not JSON"],
  ["[]", "the document is []: expected object"],
  ["{}", "streams is absent: expected array"],
  [odd({ delayMs: -1 }), "streams[0].delayMs is -1: expected number to be >=0"],
  [odd({ delayMs: "5 s" }), 'streams[0].delayMs is "5 s": expected'],
  [odd({ mode: "fast" }), 'streams[0].mode is "fast", which plans no batches; expected live or queued'],
  [odd({ batches: [{}] }), "streams[0].batches[0].rows is absent: expected array"],
  [odd({ batches: [{ rows: [{ id: 7, ts: 1 }] }] }), "streams[0].batches[0].rows[0].id is 7: expected string"],
  [odd({ batches: [{ rows: [{ id: "a", ts: 1.5 }] }] }), "streams[0].batches[0].rows[0].ts is 1.5: expected int"],
  [odd({ batches: [{ rows: [{ id: "a", ts: 1e16 }] }] }), "rows[0].ts is 10000000000000000: "],
  [odd({ observed: [{ input: 3 }] }), "observed names input 3, but there are 0 batches"],
  [odd({ batches: Array.from({ length: 9 }, () => 1) }), "; and 4 more"],
])("%j is refused: %s", (text, sentence) => expect(() => replayText(text)).toThrow(sentence));
