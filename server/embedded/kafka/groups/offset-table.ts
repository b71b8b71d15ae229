/** Committed offsets of consumer groups, as the database keeps them. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { inOneStep } from "../storage/in-one-step.ts";

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export class OffsetTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #count: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT OR REPLACE INTO committed_offsets (group_id, topic, partition, committed_offset, leader_epoch, metadata)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#select = database.prepare(
      `SELECT topic, partition, committed_offset, leader_epoch, metadata FROM committed_offsets
       WHERE group_id = ? AND topic = ? AND partition = ?`,
    );
    this.#selectAll = database.prepare(
      `SELECT topic, partition, committed_offset, leader_epoch, metadata FROM committed_offsets
       WHERE group_id = ? ORDER BY topic, partition`,
    );
    this.#count = database.prepare("SELECT count(*) AS count FROM committed_offsets");
  }

  commit(groupId: string, offsets: readonly CommittedOffset[]): void {
    inOneStep(this.#database, () => {
      for (const { topic, partition, offset, leaderEpoch, metadata } of offsets) {
        this.#insert.run(groupId, topic, partition, offset, leaderEpoch, metadata);
      }
    });
  }

  get(groupId: string, place: { topic: string; partition: number }): CommittedOffset | null {
    const row = this.#select.get(groupId, place.topic, place.partition);
    return row === undefined ? null : committedOffset(row);
  }

  all(groupId: string): CommittedOffset[] {
    return this.#selectAll.all(groupId).map(committedOffset);
  }

  groupIds(): string[] {
    const rows = this.#database.prepare("SELECT DISTINCT group_id FROM committed_offsets ORDER BY group_id").all();
    return rows.map((row) => String(row["group_id"]));
  }

  removeGroup(groupId: string): void {
    this.#database.prepare("DELETE FROM committed_offsets WHERE group_id = ?").run(groupId);
  }

  count(): number {
    return Number(this.#count.get()?.["count"]);
  }
}

function committedOffset(row: Record<string, unknown>): CommittedOffset {
  return {
    topic: String(row["topic"]),
    partition: Number(row["partition"]),
    offset: Number(row["committed_offset"]),
    leaderEpoch: Number(row["leader_epoch"]),
    metadata: typeof row["metadata"] === "string" ? row["metadata"] : "",
  };
}
