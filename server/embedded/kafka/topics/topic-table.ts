/** Topics, their configuration and their moved log starts, as the database keeps them. */
import type { DatabaseSync } from "node:sqlite";
import { inOneStep } from "../storage/in-one-step.ts";

export interface StoredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Map<string, string>;
  /** By partition; only those that DeleteRecords has moved. */
  readonly logStarts: Map<number, number>;
}

const TABLES_WITH_TOPIC = [
  "topic_configs",
  "log_starts",
  "committed_offsets",
  "open_transactions",
  "aborted_transactions",
  "pending_offsets",
];

export class TopicTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  load(): StoredTopic[] {
    const configs = this.#database.prepare("SELECT topic, name, value FROM topic_configs").all();
    const logStarts = this.#database.prepare("SELECT topic, partition, log_start FROM log_starts").all();
    const topics = new Map<string, StoredTopic>();
    for (const row of this.#database.prepare("SELECT name, partitions FROM topics ORDER BY name").all()) {
      const name = String(row["name"]);
      topics.set(name, { name, partitions: Number(row["partitions"]), configs: new Map(), logStarts: new Map() });
    }
    for (const row of configs) topics.get(String(row["topic"]))?.configs.set(String(row["name"]), String(row["value"]));
    for (const row of logStarts) {
      topics.get(String(row["topic"]))?.logStarts.set(Number(row["partition"]), Number(row["log_start"]));
    }
    return [...topics.values()];
  }

  insert(topic: { name: string; partitions: number; configs: ReadonlyMap<string, string> }): void {
    inOneStep(this.#database, () => {
      this.#database.prepare("INSERT INTO topics (name, partitions) VALUES (?, ?)").run(topic.name, topic.partitions);
      this.#insertConfigs(topic.name, topic.configs);
    });
  }

  replaceConfigs(name: string, configs: ReadonlyMap<string, string>): void {
    inOneStep(this.#database, () => {
      this.#database.prepare("DELETE FROM topic_configs WHERE topic = ?").run(name);
      this.#insertConfigs(name, configs);
    });
  }

  setPartitions(name: string, partitions: number): void {
    this.#database.prepare("UPDATE topics SET partitions = ? WHERE name = ?").run(partitions, name);
  }

  setLogStart(topic: string, partition: number, logStart: number): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO log_starts (topic, partition, log_start) VALUES (?, ?, ?)")
      .run(topic, partition, logStart);
  }

  /** Removes a topic and everything that refers to it, committed offsets included. */
  remove(name: string): void {
    inOneStep(this.#database, () => {
      this.#database.prepare("DELETE FROM topics WHERE name = ?").run(name);
      for (const table of TABLES_WITH_TOPIC) this.#database.prepare(`DELETE FROM ${table} WHERE topic = ?`).run(name);
    });
  }

  #insertConfigs(topic: string, configs: ReadonlyMap<string, string>): void {
    const insert = this.#database.prepare("INSERT INTO topic_configs (topic, name, value) VALUES (?, ?, ?)");
    for (const [name, value] of configs) insert.run(topic, name, value);
  }
}
