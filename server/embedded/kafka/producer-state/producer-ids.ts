/**
 * Gives out producer ids, never one twice: a block is claimed on disk before its first id is given, so a restart skips
 * what is left of the last block, as Apache Kafka's does.
 */
import type { DatabaseSync } from "node:sqlite";

const BLOCK_SIZE = 1_000;

export class ProducerIds {
  readonly #claim: () => number;
  #next = 0;
  #end = 0;

  constructor(database: DatabaseSync) {
    const statement = database.prepare(
      `INSERT INTO facts (name, value) VALUES ('producer_ids_claimed', $size)
       ON CONFLICT (name) DO UPDATE SET value = value + $size RETURNING value`,
    );
    this.#claim = () => Number(statement.get({ size: BLOCK_SIZE })?.["value"]);
  }

  next(): number {
    if (this.#next === this.#end) {
      this.#end = this.#claim();
      this.#next = this.#end - BLOCK_SIZE;
    }
    const producerId = this.#next;
    this.#next += 1;
    return producerId;
  }
}
