import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseSync } from "node:sqlite";
import { OffsetTable } from "../groups/offset-table.ts";
import { OpenFiles } from "../log/open-files.ts";
import { ProducerIds } from "../producer-state/producer-ids.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { readBatchHeader } from "../records/batch-header.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { openDatabase } from "../storage/database.ts";
import { buildBatch } from "../testing/build-batch.ts";
import { temporaryDirectory } from "../testing/broker-process.ts";
import { TopicTable } from "../topics/topic-table.ts";
import { Topics } from "../topics/topics.ts";
import { TransactionCoordinator } from "./transaction-coordinator.ts";
import { TransactionTable } from "./transaction-table.ts";
import type { ProducerClaim } from "./transaction.ts";

const PLACE = { topic: "payments", partition: 0 };
const TIMEOUT_MS = 60_000;
const TRANSACTIONAL = 0x10;

let directory: ReturnType<typeof temporaryDirectory>;
let broker: Broker;

/** The coordinator with what it stands on, restarted without being stopped. */
class Broker {
  readonly database: DatabaseSync;
  readonly topics: Topics;
  readonly coordinator: TransactionCoordinator;
  readonly #files = new OpenFiles();

  constructor(dataDirectory: string, clock: () => number) {
    this.database = openDatabase(dataDirectory);
    const settings = { ...DEFAULT_SETTINGS, dataDirectory };
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const table = new TopicTable(this.database);
    this.topics = new Topics({ table, files: this.#files, settings, clock, logger });
    const producerIds = new ProducerIds(this.database);
    const transactionTable = new TransactionTable(this.database);
    this.coordinator = new TransactionCoordinator({ table: transactionTable, topics: this.topics, producerIds, clock });
  }

  get log() {
    const log = this.topics.partition(PLACE.topic, PLACE.partition);
    if (log === undefined) throw new Error("the partition is gone");
    return log;
  }

  get stable(): number {
    return this.coordinator.lastStableOffset(PLACE, this.log.logEnd);
  }

  send(claim: ProducerClaim, baseSequence: number): ErrorCode {
    const { log } = this;
    const error = this.coordinator.admit("writer", claim, { ...PLACE, logEnd: log.logEnd });
    if (error !== ErrorCode.NONE) return error;
    const batch = buildBatch({ ...claim, baseSequence, values: ["a"], attributes: TRANSACTIONAL, timestamp: now });
    const outcome = log.append(batch, readBatchHeader(batch));
    return outcome.kind === "refused" ? outcome.error : ErrorCode.NONE;
  }

  /** Lets go of the directory as a process that dies does. */
  die(): void {
    this.#files.closeAll();
    this.database.close();
  }
}

let now = 1_000;

function restart(): void {
  broker.die();
  broker = new Broker(directory.path, () => now);
}

beforeEach(() => {
  now = 1_000;
  directory = temporaryDirectory();
  broker = new Broker(directory.path, () => now);
  broker.topics.create({ name: PLACE.topic, partitions: 1, configs: new Map() });
});

afterEach(() => {
  broker.die();
  directory.remove();
});

function begin(): ProducerClaim {
  const { producerId, epoch } = broker.coordinator.initProducer("writer", TIMEOUT_MS);
  const claim = { producerId, epoch };
  expect(broker.coordinator.addPartitions("writer", claim, [PLACE])).toBe(ErrorCode.NONE);
  expect(broker.send(claim, 0)).toBe(ErrorCode.NONE);
  return claim;
}

describe("a transaction", () => {
  it("holds readers back until it ends, through a restart, too", () => {
    const claim = begin();
    expect([broker.stable, broker.log.logEnd]).toEqual([0, 1]);
    restart();
    expect([broker.stable, broker.log.logEnd]).toEqual([0, 1]);
    expect(broker.coordinator.end("writer", claim, true)).toBe(ErrorCode.NONE);
    expect([broker.stable, broker.log.logEnd]).toEqual([2, 2]);
  });

  it("is known as aborted after a restart", () => {
    const claim = begin();
    broker.coordinator.end("writer", claim, false);
    restart();
    const aborted = [{ ...PLACE, producerId: claim.producerId, firstOffset: 0, lastOffset: 1 }];
    expect(broker.coordinator.abortedBetween(PLACE, { from: 0, to: 2 })).toEqual(aborted);
    expect(broker.coordinator.abortedBetween(PLACE, { from: 2, to: 3 })).toEqual([]);
  });

  it("is ended by the restart when it was decided and its markers were not written", () => {
    const claim = begin();
    const offsets = [{ ...PLACE, offset: 7, leaderEpoch: -1, metadata: "" }];
    broker.coordinator.addOffsets("writer", claim, { groupId: "readers", offsets });
    broker.database.exec("UPDATE transactions SET phase = 'PrepareCommit'");
    restart();
    expect([broker.stable, broker.log.logEnd]).toEqual([2, 2]);
    expect(new OffsetTable(broker.database).get("readers", PLACE)?.offset).toBe(7);
  });

  it("is aborted when it takes too long, and its producer fenced", () => {
    const claim = begin();
    now += TIMEOUT_MS;
    broker.coordinator.abortOverdue();
    expect(broker.stable).toBe(0);
    now += 1;
    broker.coordinator.abortOverdue();
    expect(broker.stable).toBe(2);
    expect(broker.coordinator.end("writer", claim, true)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
  });

  it("lets in no batch of a partition that was not added, nor of a producer that was fenced", () => {
    const claim = begin();
    expect(broker.coordinator.admit("writer", claim, { topic: "other", partition: 0, logEnd: 0 })).toBe(
      ErrorCode.INVALID_TXN_STATE,
    );
    broker.coordinator.initProducer("writer", TIMEOUT_MS);
    expect(broker.send(claim, 1)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(broker.coordinator.end("stranger", claim, true)).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  });

  it("is ended once, however often the same end is asked for", () => {
    const claim = begin();
    expect(broker.coordinator.end("writer", claim, true)).toBe(ErrorCode.NONE);
    expect(broker.coordinator.end("writer", claim, true)).toBe(ErrorCode.NONE);
    expect(broker.coordinator.end("writer", claim, false)).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(broker.log.logEnd).toBe(2);
  });
});
