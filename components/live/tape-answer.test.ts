import { expect, test } from "vitest";
import type { TapeRow } from "#contract/live.ts";
import { answerView, logEndText, offsetText, sequenceText } from "./tape-answer.ts";

const row = (over: Partial<TapeRow>): TapeRow =>
  ({
    producerId: "1006",
    baseSequence: 480,
    records: 5,
    delivered: true,
    repeats: null,
    outcome: "appended",
    ...over,
  }) as TapeRow;

test("an answer that kafkajs never saw is lost although the batch is stored", () => {
  expect(answerView(row({ delivered: false })).text).toBe("answer lost");
  expect(answerView(row({})).text).toBe("stored");
});

test("in flight and unknown are waiting, never lost or stored", () => {
  expect(answerView(row({ outcome: "in-flight" })).tone).toBe("wait");
  expect(answerView(row({ outcome: "unknown" })).tone).toBe("wait");
});

test("a copy that is stored again is loud only where no sequence could have stopped it", () => {
  expect(answerView(row({ repeats: 3 }))).toEqual({ text: "stored again", tone: "plain" });
  expect(answerView(row({ repeats: 3, producerId: "-1" }))).toEqual({ text: "stored again", tone: "through" });
});

test("sequences are a range and wrap where Kafka's do", () => {
  expect(sequenceText(row({}))).toBe("480–484");
  expect(sequenceText(row({ records: 1 }))).toBe("480");
  expect(sequenceText(row({ baseSequence: 2 ** 31 - 2 }))).toBe("2147483646–2");
});

test("an unmoved log end says so", () => {
  expect(logEndText(row({ logEndBefore: 480, logEndAfter: 485 }))).toBe("480 → 485");
  expect(logEndText(row({ logEndBefore: 485, logEndAfter: 485 }))).toBe("485 = 485");
  expect(logEndText(row({ logEndBefore: null, logEndAfter: 485 }))).toBe("");
  expect(logEndText(row({ logEndBefore: 99_995, logEndAfter: 100_000 }))).toBe("→ 100000");
  expect(offsetText(1254)).toBe("1,254");
  expect(offsetText(1_234_567)).toBe("1234567");
});
