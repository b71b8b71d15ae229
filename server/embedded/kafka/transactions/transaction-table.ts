/** Transactions as the database keeps them: decisions, what is open and aborted in each partition, pending offsets. */
import type { DatabaseSync } from "node:sqlite";
import { inOneStep } from "../storage/in-one-step.ts";
import type { CommittedOffset } from "../groups/offset-table.ts";
import type { TopicPartition, Transaction, TransactionPhase } from "./transaction.ts";

export interface OpenTransaction extends TopicPartition {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface AbortedTransaction extends OpenTransaction {
  /** The offset of the abort marker. */
  readonly lastOffset: number;
}

export class TransactionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  load(): { transactions: Transaction[]; open: OpenTransaction[]; aborted: AbortedTransaction[] } {
    const rows = this.#database.prepare("SELECT * FROM transactions").all();
    const open = this.#database.prepare("SELECT * FROM open_transactions").all();
    const aborted = this.#database.prepare("SELECT * FROM aborted_transactions ORDER BY first_offset").all();
    return {
      transactions: rows.map(transactionFrom),
      open: open.map(openFrom),
      aborted: aborted.map((row) => ({ ...openFrom(row), lastOffset: Number(row["last_offset"]) })),
    };
  }

  save({ id, producerId, epoch, phase, timeoutMs, startedAt, partitions }: Transaction): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO transactions (id, producer_id, epoch, phase, timeout_ms, started_at, partitions)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, producerId, epoch, phase, timeoutMs, startedAt, JSON.stringify(partitions));
  }

  open({ topic, partition, producerId, firstOffset }: OpenTransaction): void {
    this.#database
      .prepare("INSERT INTO open_transactions (topic, partition, producer_id, first_offset) VALUES (?, ?, ?, ?)")
      .run(topic, partition, producerId, firstOffset);
  }

  addOffsets(id: string, groupId: string, offsets: readonly CommittedOffset[]): void {
    const insert = this.#database.prepare(
      `INSERT OR REPLACE INTO pending_offsets
       (transaction_id, group_id, topic, partition, committed_offset, leader_epoch, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { topic, partition, offset, leaderEpoch, metadata } of offsets) {
      insert.run(id, groupId, topic, partition, offset, leaderEpoch, metadata);
    }
  }

  /** Everything that the end of a transaction changes once its markers are written, in one step. */
  complete(transaction: Transaction, aborted: readonly AbortedTransaction[]): void {
    const isCommit = transaction.phase === "CompleteCommit";
    inOneStep(this.#database, () => {
      this.save(transaction);
      this.#database.prepare("DELETE FROM open_transactions WHERE producer_id = ?").run(transaction.producerId);
      for (const { topic, partition, producerId, firstOffset, lastOffset } of aborted) {
        this.#database
          .prepare(
            "INSERT INTO aborted_transactions (topic, partition, producer_id, first_offset, last_offset) VALUES (?, ?, ?, ?, ?)",
          )
          .run(topic, partition, producerId, firstOffset, lastOffset);
      }
      if (isCommit) {
        this.#database
          .prepare(
            `INSERT OR REPLACE INTO committed_offsets (group_id, topic, partition, committed_offset, leader_epoch, metadata)
             SELECT group_id, topic, partition, committed_offset, leader_epoch, metadata FROM pending_offsets
             WHERE transaction_id = ?`,
          )
          .run(transaction.id);
      }
      this.#database.prepare("DELETE FROM pending_offsets WHERE transaction_id = ?").run(transaction.id);
    });
  }
}

function transactionFrom(row: Record<string, unknown>): Transaction {
  return {
    id: String(row["id"]),
    producerId: Number(row["producer_id"]),
    epoch: Number(row["epoch"]),
    phase: String(row["phase"]) as TransactionPhase,
    timeoutMs: Number(row["timeout_ms"]),
    startedAt: Number(row["started_at"]),
    partitions: JSON.parse(String(row["partitions"])) as TopicPartition[],
  };
}

function openFrom(row: Record<string, unknown>): OpenTransaction {
  return {
    topic: String(row["topic"]),
    partition: Number(row["partition"]),
    producerId: Number(row["producer_id"]),
    firstOffset: Number(row["first_offset"]),
  };
}
