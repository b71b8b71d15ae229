import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeKey } from "../engine/keys.ts";
import type { StateBatch, StateCommit, StateStore, StateStoreOptions } from "../state/state-store.ts";

export type OpenStore = (options: StateStoreOptions) => Promise<StateStore>;

interface Entry {
  readonly id: string;
  readonly timeMs: number;
  readonly partition?: number;
  readonly offset?: number;
}

export const storeDelayMs = 100;

/** A batch whose rows are all new keys. */
export function batchOf(batchId: number, watermarkMs: number, entries: readonly Entry[]): StateBatch {
  return {
    batchId,
    watermarkMs,
    delayMs: storeDelayMs,
    added: Array.from(entries.keys()),
    keys: keysOf(entries.map(({ id }) => id)),
    eventTimesMs: Float64Array.from(entries, ({ timeMs }) => timeMs),
    partitions: Uint16Array.from(entries, ({ partition }) => partition ?? 0),
    offsets: Float64Array.from(entries, ({ offset }) => offset ?? 0),
  };
}

export function keysOf(ids: readonly string[]) {
  const keys = new Uint32Array(ids.length * 4);
  for (const [row, id] of ids.entries()) writeKey(id, keys, row);
  return keys;
}

/** A store in a directory of its own that restarts as incarnations of a consumer do. */
export class StoreFixture {
  readonly #open: OpenStore;
  #directory = "";
  #epoch = 0;
  #store: StateStore | null = null;

  constructor(open: OpenStore) {
    this.#open = open;
  }

  get store(): StateStore {
    if (this.#store === null) throw new Error("no store is open");
    return this.#store;
  }

  async start(): Promise<void> {
    this.#directory = mkdtempSync(join(tmpdir(), "dedupscope-state-"));
    await this.reopen(null, -1, 0);
  }

  async end(): Promise<void> {
    await this.#store?.close();
    this.#store = null;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Opens as a new incarnation does: `commit` and `batchId` are what the commit log says. */
  async reopen(commit: StateCommit | null, batchId: number, watermarkMs: number): Promise<void> {
    await this.#store?.close();
    this.#store = null;
    this.#epoch += 1;
    this.#store = await this.#open({
      directory: this.#directory,
      epoch: this.#epoch,
      committedBatchId: batchId,
      mark: commit?.mark ?? null,
      watermarkMs,
      delayMs: storeDelayMs,
      seed: 4,
      assertHeld: () => {},
    });
  }

  /** Those of `ids` that are live. */
  async live(ids: readonly string[]): Promise<string[]> {
    const keys = keysOf(ids);
    const view = await this.store.view(keys, ids.length);
    return ids.filter((_, row) => view.find(keys, row) >= 0);
  }

  /** A batch that is applied and committed. */
  async apply(batchId: number, watermarkMs: number, entries: readonly Entry[]): Promise<StateCommit> {
    const commit = await this.store.apply(batchOf(batchId, watermarkMs, entries));
    await this.store.committed();
    return commit;
  }
}
