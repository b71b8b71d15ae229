import { CompressionTypes } from "kafkajs";
import { expect, vi } from "vitest";
import { headerNames } from "#contract/payment.ts";
import { consumerLimits } from "../../limits.ts";
import { LagPublisher } from "../lag-publisher.ts";
import { createLogger } from "#server/shared/logger.ts";
import type { ReaderRig } from "./reader-rig.ts";

/** What the reader does on any broker, by sentence. */
export const readerBehaviours: readonly (readonly [string, (rig: ReaderRig) => Promise<void>])[] = [
  [
    "all partitions are read in the order of their offsets, with the sends that stored them",
    async (rig) => {
      await rig.createTopic({ numPartitions: 3 });
      const producer = await rig.producer();
      for (const send of ["first", "second"])
        await producer.send({
          topic: rig.topic,
          messages: [0, 1, 2, 0, 1, 2].map((partition) => ({
            partition,
            key: "key",
            value: send,
            headers: { other: "x", [headerNames.sendId]: send },
          })),
        });
      await producer.send({ topic: rig.topic, messages: [{ partition: 1, value: null }] });
      await rig.read();
      await rig.untilSeen(13);
      for (const partition of [0, 1, 2]) {
        const seen = rig.seen.filter((record) => record.partition === partition);
        const expected = ["first", "first", "second", "second"].map((send, offset) => [offset, send, send]);
        if (partition === 1) expected.push([4, null as unknown as string, ""]);
        expect(seen.map(({ offset, value, sendId }) => [offset, value, sendId])).toEqual(expected);
      }
    },
  ],
  [
    "committed transactions are seen, aborted ones and markers are not, and the position is behind the last marker",
    async (rig) => {
      await rig.createTopic();
      const producer = await rig.producer(`transactions-${rig.topic}`);
      for (const [value, commits] of [
        ["a", true],
        ["b", false],
        ["c", true],
        ["d", false],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic: rig.topic, messages: [{ value }, { value }] });
        await (commits ? transaction.commit() : transaction.abort());
      }
      await rig.read();
      await rig.until(() => rig.positions.get(0)?.position === 12);
      expect(rig.seen.map(({ offset, value }) => `${offset} ${value}`)).toEqual(["0 a", "1 a", "6 c", "7 c"]);
      expect(rig.positions.get(0)).toMatchObject({ next: 8, position: 12, logEnd: 12 });
      // The record before the checkpoint's end is found again, though markers follow it.
      const { partition, next, lastCrc } = rig.positions.get(0) ?? { partition: 0, next: -1, lastCrc: null };
      await rig.send(["e"]);
      await rig.read([{ partition, next, lastCrc }]);
      expect(await rig.untilSeen(1)).toMatchObject([{ offset: 12, value: "e" }]);
    },
  ],
  [
    "what follows an open transaction waits for its end",
    async (rig) => {
      await rig.createTopic();
      await rig.send(["before"]);
      const producer = await rig.producer(`open-${rig.topic}`);
      const transaction = await producer.transaction();
      await transaction.send({ topic: rig.topic, messages: [{ value: "within" }] });
      await rig.send(["after"]);
      await rig.read();
      await rig.untilSeen(1);
      expect(rig.positions.get(0)).toMatchObject({ position: 1, logEnd: 1 });
      await transaction.commit();
      await rig.untilSeen(3);
      expect(rig.seen.map(({ value }) => value)).toEqual(["before", "within", "after"]);
    },
  ],
  [
    "gzip is read, also from the middle of a batch",
    async (rig) => {
      await rig.createTopic();
      const producer = await rig.producer();
      const messages = ["a", "b", "c", "d"].map((value) => ({ value }));
      await producer.send({ topic: rig.topic, messages, compression: CompressionTypes.GZIP });
      await rig.read([{ partition: 0, next: 2, lastCrc: null }]);
      await rig.untilSeen(2);
      expect(rig.seen.map(({ offset, value }) => `${offset} ${value}`)).toEqual(["2 c", "3 d"]);
    },
  ],
  [
    "batches larger than what is asked for arrive, of every partition",
    async (rig) => {
      await rig.createTopic({ numPartitions: 3 });
      const large = "x".repeat(consumerLimits.fetchPartitionBytesMax + 1);
      for (const partition of [0, 1, 2, 0, 1, 2]) await rig.send([large], partition);
      await rig.read();
      await rig.untilSeen(6);
      expect(rig.seen.every(({ value }) => value === large)).toBe(true);
    },
  ],
  [
    "records that were deleted before they were read stop the reader with their number",
    async (rig) => {
      await rig.createTopic();
      await rig.send(["a", "b", "c", "d", "e"]);
      await rig.read();
      await rig.untilSeen(5);
      const first = { partition: 0, next: 1, lastCrc: null };
      await rig.admin.deleteTopicRecords({ topic: rig.topic, partitions: [{ partition: 0, offset: "3" }] });
      await expect(rig.read([first])).rejects.toThrow("2 records are gone before they were read");
      // Up to the next one nothing is lost, though the last one cannot be compared.
      await rig.read([{ partition: 0, next: 3, lastCrc: 1 }]);
      expect(await rig.untilSeen(2)).toMatchObject([{ offset: 3 }, { offset: 4 }]);
      expect(await rig.read()).toEqual({ missing: 3 });
    },
  ],
  [
    "another record in the place of the last one is a topic that was recreated",
    async (rig) => {
      await rig.createTopic();
      await rig.send(["a", "b", "c"]);
      await rig.read([{ partition: 0, next: 2, lastCrc: 12_345 }]);
      expect((await rig.failed()).message).toContain("the record at offset 1 is not the one that was read there");
      await expect(rig.read([{ partition: 0, next: 9, lastCrc: 1 }])).rejects.toThrow("the log ends at 3");
      await expect(rig.read([{ partition: 6, next: 0, lastCrc: null }])).rejects.toThrow("no partition 6 any more");
    },
  ],
  [
    "a partition that the topic gets while it is read is read from its start",
    async (rig) => {
      vi.useFakeTimers({ toFake: ["setInterval"] });
      try {
        await rig.createTopic();
        await rig.send(["a"]);
        await rig.read();
        await rig.untilSeen(1);
        await rig.admin.createPartitions({ topicPartitions: [{ topic: rig.topic, count: 2 }] });
        const producer = await rig.producer();
        await producer.send({ topic: rig.topic, messages: [{ partition: 1, value: "b" }] });
        vi.advanceTimersByTime(consumerLimits.metadataAgeMsMax);
        expect(await rig.untilSeen(2)).toContainEqual({ partition: 1, offset: 0, value: "b", sendId: "" });
      } finally {
        vi.useRealTimers();
      }
    },
  ],
  [
    "a topic that is not there yet is waited for",
    async (rig) => {
      await rig.admin.connect();
      const reading = rig.read();
      await rig.createTopic();
      await reading;
      await rig.send(["a"]);
      expect(await rig.untilSeen(1)).toMatchObject([{ offset: 0, value: "a" }]);
    },
  ],
  [
    "lag tools see how far a checkpoint is, under a group without members",
    async (rig) => {
      await rig.createTopic();
      await rig.send(["a", "b", "c"]);
      await rig.read();
      await rig.untilSeen(3);
      const group = `lag-${rig.topic}`;
      vi.useFakeTimers({ toFake: ["setInterval"] });
      const logger = createLogger("lag", "silent");
      const lag = new LagPublisher({ cluster: rig.cluster, topic: rig.topic, group, logger });
      try {
        lag.start();
        lag.set({ 0: 2 });
        const committed = async () => {
          vi.advanceTimersByTime(consumerLimits.lagPublishMs);
          // A coordinator that is loading is asked again, by the publisher too.
          const offsets = await rig.admin.fetchOffsets({ groupId: group, topics: [rig.topic] }).catch(() => []);
          return offsets[0]?.partitions.find(({ partition }) => partition === 0)?.offset;
        };
        await vi.waitUntil(async () => (await committed()) === "2", { timeout: 20_000 });
      } finally {
        lag.stop();
        vi.useRealTimers();
      }
    },
  ],
];
