/** The broker's topics: what exists, where its partitions are, and what creating and removing them means on disk. */
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "../limits.ts";
import type { LogPolicy } from "../log/log-policy.ts";
import type { OpenFiles } from "../log/open-files.ts";
import { PartitionLog } from "../log/partition-log.ts";
import type { BrokerLogger } from "../logger.ts";
import type { BrokerSettings } from "../settings.ts";
import { logPolicyOf } from "./topic-config.ts";
import type { StoredTopic, TopicTable } from "./topic-table.ts";

const PARTITION_DIRECTORY = /-\d+$/;
const LOG_FILE = /^\d{20}\.(log|index|snapshot)$/;
/** Directories of removed topics, until the system has removed their files. */
const REMOVED_DIRECTORY = /\.removed$/;

export interface Topic {
  readonly name: string;
  readonly partitions: readonly PartitionLog[];
  readonly configs: ReadonlyMap<string, string>;
  readonly policy: LogPolicy;
}

interface OpenTopic extends Topic {
  partitions: PartitionLog[];
  configs: ReadonlyMap<string, string>;
  policy: LogPolicy;
}

export interface TopicsOptions {
  readonly table: TopicTable;
  readonly files: OpenFiles;
  readonly settings: BrokerSettings;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly logger: BrokerLogger;
}

export class Topics {
  readonly #options: TopicsOptions;
  readonly #topics = new Map<string, OpenTopic>();
  #partitionCount = 0;
  #removals = 0;

  /** Opens every topic's log; throws DamagedDataError when one cannot be what this broker wrote. */
  constructor(options: TopicsOptions) {
    this.#options = options;
    for (const stored of options.table.load()) this.#open(stored);
    this.#removeOrphans();
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** Another topic whose name differs only in '.' and '_', which Apache Kafka's metrics cannot tell apart. */
  collidingWith(name: string): string | undefined {
    if (!/[._]/.test(name)) return undefined;
    const plain = name.replaceAll(".", "_");
    return this.#topics.keys().find((known) => known !== name && known.replaceAll(".", "_") === plain);
  }

  all(): IterableIterator<Topic> {
    return this.#topics.values();
  }

  partition(topic: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** Whether so many partitions more are within LIMITS.partitionsMax. */
  hasRoomFor(partitions: number): boolean {
    return this.#partitionCount + partitions <= LIMITS.partitionsMax;
  }

  /** Creates a topic; the caller has checked name, number, configuration and room. */
  create(topic: { name: string; partitions: number; configs: ReadonlyMap<string, string> }): Topic {
    this.#options.table.insert(topic);
    return this.#open({ ...topic, configs: new Map(topic.configs), logStarts: new Map() });
  }

  remove(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#options.table.remove(name);
    this.#topics.delete(name);
    this.#partitionCount -= topic.partitions.length;
    for (const [index, partition] of topic.partitions.entries()) {
      partition.abandon();
      this.#removeDirectory(`${name}-${index}`);
    }
  }

  addPartitions(name: string, total: number): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#options.table.setPartitions(name, total);
    while (topic.partitions.length < total) this.#addPartition(topic, 0);
  }

  replaceConfigs(name: string, configs: ReadonlyMap<string, string>): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#options.table.replaceConfigs(name, configs);
    topic.configs = configs;
    topic.policy = logPolicyOf(configs, this.#options.settings);
  }

  /** Moves the log start forward, durably. */
  moveLogStart(topic: string, partition: number, offset: number): void {
    const log = this.partition(topic, partition);
    if (log === undefined) return;
    log.moveLogStart(offset);
    this.#options.table.setLogStart(topic, partition, log.logStart);
  }

  /** Removes segments whose records are too old. Returns how many. */
  applyTimeRetention(): number {
    return this.#partitions().reduce((removed, partition) => removed + partition.applyRetention("time"), 0);
  }

  /**
   * Removes segments of partitions that are too large, then the oldest of the largest logs while all together are.
   * Returns how many.
   */
  applySizeRetention(): number {
    let removed = this.#partitions().reduce((sum, partition) => sum + partition.applyRetention("size"), 0);
    const { totalBytesMax } = this.#options.settings;
    if (totalBytesMax < 0) return removed;
    let totalBytes = this.#partitions().reduce((sum, partition) => sum + partition.sizeBytes, 0);
    while (totalBytes > totalBytesMax) {
      const largest = this.#partitions().reduce((left, right) => (right.sizeBytes > left.sizeBytes ? right : left));
      totalBytes -= largest.sizeBytes;
      removed += largest.removeOldest(1);
      totalBytes += largest.sizeBytes;
    }
    return removed;
  }

  /** Forgets producers whose last batch is older than producer.id.expiration.ms. */
  expireProducers(): void {
    for (const partition of this.#partitions())
      partition.expireProducers(this.#options.settings.producerIdExpirationMs);
  }

  async flush(): Promise<void> {
    for (const partition of this.#partitions()) await partition.flush();
  }

  close(): void {
    for (const partition of this.#partitions()) partition.close();
  }

  #partitions(): PartitionLog[] {
    return [...this.#topics.values()].flatMap((topic) => topic.partitions);
  }

  #open(stored: StoredTopic): OpenTopic {
    const policy = logPolicyOf(stored.configs, this.#options.settings);
    const topic: OpenTopic = { name: stored.name, partitions: [], configs: stored.configs, policy };
    this.#topics.set(stored.name, topic);
    for (let index = 0; index < stored.partitions; index += 1) {
      this.#addPartition(topic, stored.logStarts.get(index) ?? 0);
    }
    return topic;
  }

  #addPartition(topic: OpenTopic, logStart: number): void {
    const { settings, files, clock, logger } = this.#options;
    const name = `${topic.name}-${topic.partitions.length}`;
    const directory = join(settings.dataDirectory, name);
    const partition = new PartitionLog({ directory, files, policy: () => topic.policy, clock, logStart });
    partition.expireProducers(settings.producerIdExpirationMs);
    if (partition.cutBytes > 0) {
      logger.warn({ partition: name, cutBytes: partition.cutBytes, logEnd: partition.logEnd }, "torn tail cut");
    }
    topic.partitions.push(partition);
    this.#partitionCount += 1;
  }

  /** What a crash between the database's delete and the files' removal has left. */
  #removeOrphans(): void {
    const { dataDirectory } = this.#options.settings;
    const known = new Set(
      [...this.#topics.values()].flatMap((topic) => topic.partitions.map((_, index) => `${topic.name}-${index}`)),
    );
    for (const name of readdirSync(dataDirectory)) {
      const isOrphan = PARTITION_DIRECTORY.test(name) && !known.has(name) && this.#holdsOnlyLogs(name);
      if (isOrphan || REMOVED_DIRECTORY.test(name)) this.#removeDirectory(name);
    }
  }

  #holdsOnlyLogs(name: string): boolean {
    const path = join(this.#options.settings.dataDirectory, name);
    return statSync(path).isDirectory() && readdirSync(path).every((file) => LOG_FILE.test(file));
  }

  #removeDirectory(name: string): void {
    const { settings, logger } = this.#options;
    const path = join(settings.dataDirectory, name);
    if (!existsSync(path)) return;
    this.#removals += 1;
    const removed = join(settings.dataDirectory, `${process.pid}.${this.#removals}.removed`);
    renameSync(path, removed);
    rm(removed, { recursive: true, force: true }).catch((error: unknown) => {
      logger.warn({ path: removed, reason: String(error) }, "directory of a removed topic could not be removed");
    });
  }
}
