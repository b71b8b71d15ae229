import { copyFile, link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { DedupscopeError } from "#server/shared/errors.ts";
import type { KeyWords } from "../engine/keys.ts";
import { syncDirectory } from "../checkpoint/epoch-file.ts";
import type { PositionedView, StateBatch, StateCommit, StateStore, StateStoreOptions } from "./state-store.ts";

/**
 * Keys of the database, big-endian:
 * `"k" key` → `float64 expiry, float64 batch id, float64 offset, uint16 partition`;
 * `"x" uint64 expiry, key` → nothing: what expires when; `"m"` → the last batch applied.
 */
const entryMark = 0x6b;
const expiryMark = 0x78;
const metaKey = Uint8Array.of(0x6d);
const entryBytes = 26;
const keyBytes = 16;
const levelMark = "level";
const noValue = new Uint8Array();

interface Meta {
  readonly batchId: number;
  readonly rows: number;
  readonly rowsBefore: number;
}

type Database = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The state in LevelDB, for more keys than memory holds. A batch is one atomic, flushed write; its entries carry its
 * id, and those of a batch that was not committed count as absent. Eviction is physically one batch behind: what a
 * re-run of batch k needs is still there. Each epoch works on hard links of its own, so a fenced engine harms nothing.
 */
export class LevelStore implements StateStore {
  readonly #database: Database;
  readonly #assertHeld: () => void;
  /** Entries of later batches are what an incarnation before this one did not commit. */
  #lastBatchId: number;
  #rows: number;
  #watermarkMs: number;
  /** Index keys that expired with the batch before: the next write removes them. */
  #expired: Uint8Array[];

  private constructor(database: Database, options: StateStoreOptions, opened: { rows: number; expired: Uint8Array[] }) {
    this.#database = database;
    this.#assertHeld = options.assertHeld;
    this.#lastBatchId = options.committedBatchId;
    this.#watermarkMs = options.watermarkMs;
    this.#rows = opened.rows;
    this.#expired = opened.expired;
  }

  static async open(options: StateStoreOptions): Promise<LevelStore> {
    const location = await ownCopy(options);
    const database: Database = new ClassicLevel(location, { keyEncoding: "view", valueEncoding: "view" });
    await database.open();
    const rows = rowsAt(await readMeta(database), options);
    const expired = await expiringUntil(database, 0, options.watermarkMs);
    return new LevelStore(database, options, { rows, expired });
  }

  async view(keys: KeyWords, count: number): Promise<PositionedView> {
    const found = await this.#database.getMany(Array.from({ length: count }, (_, row) => entryKey(keys, row)));
    const values = found.map((value) => (value === undefined ? undefined : dataView(value)));
    const isLive = (value: DataView | undefined) =>
      value !== undefined && value.getFloat64(0) > this.#watermarkMs && value.getFloat64(8) <= this.#lastBatchId;
    return {
      find: (_keys, row) => (isLive(values[row]) ? row : -1),
      position: (entry) => ({
        offset: values[entry]?.getFloat64(16) ?? 0,
        partition: values[entry]?.getUint16(24) ?? 0,
      }),
    };
  }

  async apply(batch: StateBatch): Promise<StateCommit> {
    this.#assertHeld();
    const remove = this.#expired.flatMap((key) => [
      { type: "del" as const, key },
      { type: "del" as const, key: entryKeyOfIndex(key) },
    ]);
    const add = batch.added.flatMap((row) => {
      const expiresAtMs = (batch.eventTimesMs[row] ?? 0) + batch.delayMs;
      const key = entryKey(batch.keys, row);
      return [
        { type: "put" as const, key, value: entryValue(batch, row, expiresAtMs) },
        { type: "put" as const, key: indexKey(expiresAtMs, key.subarray(1)), value: noValue },
      ];
    });
    const meta: Meta = { batchId: batch.batchId, rowsBefore: this.#rows, rows: this.#rows + batch.added.length };
    const expiring = await this.#expiringWith(batch);
    const rows = meta.rows - expiring.length;
    const operations = [
      ...remove,
      ...add,
      { type: "put" as const, key: metaKey, value: encodeMeta({ ...meta, rows }) },
    ];
    await this.#database.batch(operations, { sync: true });
    this.#rows = rows;
    this.#expired = expiring;
    this.#watermarkMs = batch.watermarkMs;
    this.#lastBatchId = batch.batchId;
    return { rows, removed: expiring.length, mark: levelMark };
  }

  committed(): Promise<void> {
    return Promise.resolve();
  }

  /** LevelDB's own caches; the state is on disk. */
  memoryBytes(): number {
    return 0;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** Index keys in (W(k−1), W(k)]: those on disk, and those of this batch. */
  async #expiringWith(batch: StateBatch): Promise<Uint8Array[]> {
    const expiring = new Map<string, Uint8Array>();
    const note = (key: Uint8Array) => expiring.set(Buffer.from(key).toString("latin1"), key);
    for (const key of await expiringUntil(this.#database, this.#watermarkMs + 1, batch.watermarkMs)) note(key);
    for (const row of batch.added) {
      const expiresAtMs = (batch.eventTimesMs[row] ?? 0) + batch.delayMs;
      if (expiresAtMs <= batch.watermarkMs) note(indexKey(expiresAtMs, entryKey(batch.keys, row).subarray(1)));
    }
    return Array.from(expiring.values());
  }
}

function entryKey(keys: KeyWords, row: number): Uint8Array {
  const key = new Uint8Array(1 + keyBytes);
  key[0] = entryMark;
  const view = dataView(key);
  for (let word = 0; word < 4; word++) view.setUint32(1 + word * 4, keys[row * 4 + word] ?? 0);
  return key;
}

function indexKey(expiresAtMs: number, key: Uint8Array): Uint8Array {
  const index = new Uint8Array(9 + keyBytes);
  index[0] = expiryMark;
  dataView(index).setBigUint64(1, BigInt(expiresAtMs));
  index.set(key, 9);
  return index;
}

function entryKeyOfIndex(index: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + keyBytes);
  key[0] = entryMark;
  key.set(index.subarray(9), 1);
  return key;
}

function entryValue(batch: StateBatch, row: number, expiresAtMs: number): Uint8Array {
  const value = new Uint8Array(entryBytes);
  const view = dataView(value);
  view.setFloat64(0, expiresAtMs);
  view.setFloat64(8, batch.batchId);
  view.setFloat64(16, batch.offsets[row] ?? 0);
  view.setUint16(24, batch.partitions[row] ?? 0);
  return value;
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function expiringUntil(database: Database, fromMs: number, untilMs: number): Promise<Uint8Array[]> {
  if (untilMs < fromMs) return [];
  const range = {
    gte: indexKey(fromMs, new Uint8Array(keyBytes)),
    lt: indexKey(untilMs + 1, new Uint8Array(keyBytes)),
  };
  return await database.keys(range).all();
}

function encodeMeta(meta: Meta): Uint8Array {
  return new Uint8Array(Float64Array.of(meta.batchId, meta.rows, meta.rowsBefore).buffer);
}

async function readMeta(database: Database): Promise<Meta | null> {
  const value = await database.get(metaKey);
  if (value === undefined) return null;
  const [batchId = -1, rows = 0, rowsBefore = 0] = new Float64Array(value.slice().buffer);
  return { batchId, rows, rowsBefore };
}

/** Live rows at the committed batch: the last write was its, or that of the batch after it, which never happened. */
function rowsAt(meta: Meta | null, options: StateStoreOptions): number {
  const { committedBatchId, directory } = options;
  if (options.mark !== null && options.mark !== levelMark)
    throw new DedupscopeError(
      "checkpoint-damaged",
      `the state in ${directory} was kept by the hash log, not by LevelDB`,
    );
  const batchId = meta?.batchId ?? -1;
  if (batchId === committedBatchId) return meta?.rows ?? 0;
  if (batchId === committedBatchId + 1) return meta?.rowsBefore ?? 0;
  throw new DedupscopeError(
    "checkpoint-damaged",
    `the state in ${directory} is at batch ${batchId}, the commit log at ${committedBatchId}; ` +
      `restore the checkpoint, or delete it to read the topic again from its start`,
  );
}

/**
 * This epoch's directory: hard links of the tables, which LevelDB never changes, and copies of the few files that it
 * writes on. The lock stays behind with whoever holds it.
 */
async function ownCopy({ directory, epoch }: StateStoreOptions): Promise<string> {
  const location = join(directory, `level-${epoch.toString().padStart(8, "0")}`);
  const previous = (await readdir(directory)).filter((entry) => /^level-\d{8}$/.test(entry)).toSorted();
  const source = previous.at(-1);
  if (source !== undefined) {
    const unfinished = `${location}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    for (const file of await readdir(join(directory, source))) {
      if (file === "LOCK" || file.startsWith("LOG")) continue;
      const copy = file.endsWith(".ldb") ? link : copyFile;
      await copy(join(directory, source, file), join(unfinished, file));
    }
    await rename(unfinished, location);
    await syncDirectory(directory);
  }
  await Promise.all(previous.map((entry) => rm(join(directory, entry), { recursive: true, force: true })));
  return location;
}
