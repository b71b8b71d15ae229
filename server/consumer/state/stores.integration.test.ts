import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { batchOf, keysOf, StoreFixture, storeDelayMs, type OpenStore } from "../testing/store-fixture.ts";
import { HashLogStore } from "./hash-log-store.ts";
import { LevelStore } from "./level-store.ts";
import type { StateCommit } from "./state-store.ts";

const stores: readonly (readonly [name: string, open: OpenStore])[] = [
  ["the hash log", (options) => HashLogStore.open(options)],
  ["classic-level", (options) => LevelStore.open(options)],
];

describe.each(stores)("%s", (_name, openStore) => {
  const fixture = new StoreFixture(openStore);
  beforeEach(() => fixture.start());
  afterEach(() => fixture.end());

  test("a key is there after its batch, with its position, and expires at its time plus the delay", async () => {
    expect(await fixture.apply(0, 0, [{ id: "a", timeMs: 10, partition: 3, offset: 77 }])).toMatchObject({ rows: 1 });
    const keys = keysOf(["a"]);
    const view = await fixture.store.view(keys, 1);
    expect(view.position(view.find(keys, 0))).toEqual({ partition: 3, offset: 77 });
    expect(await fixture.apply(1, 109, [])).toMatchObject({ rows: 1, removed: 0 });
    expect(await fixture.live(["a", "b"])).toEqual(["a"]);
    expect(await fixture.apply(2, 110, [])).toMatchObject({ rows: 0, removed: 1 });
    expect(await fixture.live(["a"])).toEqual([]);
  });

  test("a row can be recorded and expire in the same batch", async () => {
    expect(await fixture.apply(0, 200, [{ id: "a", timeMs: 100 }])).toMatchObject({ rows: 0, removed: 1 });
    expect(await fixture.live(["a"])).toEqual([]);
  });

  test("an expired key can come again", async () => {
    await fixture.apply(0, 0, [{ id: "a", timeMs: 10 }]);
    await fixture.apply(1, 120, []);
    expect(await fixture.apply(2, 120, [{ id: "a", timeMs: 130 }])).toMatchObject({ rows: 1, removed: 0 });
    expect(await fixture.live(["a"])).toEqual(["a"]);
    expect(await fixture.apply(3, 230, [])).toMatchObject({ rows: 0, removed: 1 });
  });

  test("what was committed is there after a restart, what was not is absent, and a re-run gives the same", async () => {
    const committed = await fixture.apply(0, 0, [{ id: "a", timeMs: 10 }]);
    const uncommitted = await fixture.store.apply(batchOf(1, 110, [{ id: "b", timeMs: 150 }]));
    await fixture.reopen(committed, 0, 0);
    expect(await fixture.live(["a", "b"])).toEqual(["a"]);
    const again = await fixture.store.apply(batchOf(1, 110, [{ id: "b", timeMs: 150 }]));
    expect([again.rows, again.removed]).toEqual([uncommitted.rows, uncommitted.removed]);
    expect(await fixture.live(["a", "b"])).toEqual(["b"]);
  });

  test("several restarts in a row forget nothing and revive nothing", async () => {
    let commit: StateCommit = await fixture.apply(0, 0, [{ id: "k0", timeMs: 1_000 }]);
    for (let batchId = 1; batchId <= 6; batchId++) {
      await fixture.store.apply(batchOf(batchId, 0, [{ id: `k${batchId}`, timeMs: 1_000 + batchId }]));
      await fixture.reopen(commit, batchId - 1, 0);
      expect(await fixture.live([`k${batchId - 1}`, `k${batchId}`])).toEqual([`k${batchId - 1}`]);
      commit = await fixture.apply(batchId, 0, [{ id: `k${batchId}`, timeMs: 1_000 + batchId }]);
    }
    expect(commit.rows).toBe(7);
    await fixture.reopen(commit, 6, 0);
    expect(await fixture.live(["k0", "k3", "k6", "k7"])).toEqual(["k0", "k3", "k6"]);
  });

  test("it does not open when the committed batch is not in it", async () => {
    const commit = await fixture.apply(0, 0, [{ id: "a", timeMs: 10 }]);
    await fixture.end();
    await fixture.start();
    await fixture.store.close();
    await expect(fixture.reopen(commit, 0, 0)).rejects.toThrow("delete it to read the topic again");
  });

  test("many keys over many batches: counts and look-ups follow a plain map through restarts", async () => {
    const model = new Map<string, number>();
    let commit: StateCommit | null = null;
    let watermarkMs = 0;
    for (let batchId = 0; batchId < 60; batchId++) {
      const entries = Array.from({ length: 20 }, (_, index) => ({
        id: `id-${(batchId * 7 + index * 13) % 400}`,
        timeMs: batchId * 10 + index,
        offset: batchId * 20 + index,
      })).filter(({ id }) => !model.has(id));
      watermarkMs = Math.max(watermarkMs, batchId * 10 - 150);
      for (const { id, timeMs } of entries) model.set(id, timeMs + storeDelayMs);
      for (const [id, expiresAtMs] of model) if (expiresAtMs <= watermarkMs) model.delete(id);
      commit = await fixture.apply(batchId, watermarkMs, entries);
      expect(commit.rows).toBe(model.size);
      if (batchId % 9 === 8) {
        await fixture.reopen(commit, batchId, watermarkMs);
      }
      const ids = Array.from({ length: 400 }, (_, index) => `id-${index}`);
      expect(new Set(await fixture.live(ids))).toEqual(new Set(model.keys()));
    }
  });
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-hash-log-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function oneKey(batchId: number, watermarkMs: number, timeMs: number) {
  return {
    batchId,
    watermarkMs,
    delayMs: 100,
    added: [0],
    keys: Uint32Array.of(1, 2, 3, batchId),
    eventTimesMs: Float64Array.of(timeMs),
    partitions: new Uint16Array(1),
    offsets: Float64Array.of(batchId),
  };
}

function open(epoch: number, committed: { batchId: number; mark: string | null; watermarkMs?: number }) {
  return HashLogStore.open({
    directory,
    epoch,
    committedBatchId: committed.batchId,
    mark: committed.mark,
    watermarkMs: committed.watermarkMs ?? 0,
    delayMs: 100,
    seed: 1,
    assertHeld: () => {},
  });
}

async function isLive(store: HashLogStore, batchId: number): Promise<boolean> {
  const { keys } = oneKey(batchId, 0, 0);
  return (await store.view(keys, 1)).find(keys, 0) >= 0;
}

test("a torn tail of the state log is cut", async () => {
  const store = await open(1, { batchId: -1, mark: null });
  const { mark } = await store.apply(oneKey(0, 0, 10));
  await store.apply(oneKey(1, 0, 20));
  await store.close();
  const file = join(directory, readdirSync(directory)[0] ?? "");
  writeFileSync(file, readFileSync(file).subarray(0, -7));
  const again = await open(2, { batchId: 0, mark });
  expect([await isLive(again, 0), await isLive(again, 1)]).toEqual([true, false]);
  await again.close();
});

test("a committed batch that is torn, or damaged in front of whole ones, is an error and not a loss", async () => {
  const store = await open(1, { batchId: -1, mark: null });
  await store.apply(oneKey(0, 0, 10));
  const { mark } = await store.apply(oneKey(1, 0, 20));
  await store.close();
  const file = join(directory, readdirSync(directory)[0] ?? "");
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, -1));
  await expect(open(2, { batchId: 1, mark })).rejects.toThrow("is not complete");
  const damaged = Buffer.from(whole);
  damaged[60] = (damaged[60] ?? 0) ^ 0xff;
  writeFileSync(file, damaged);
  await expect(open(3, { batchId: 1, mark })).rejects.toThrow("is damaged at byte");
});

test("what a fenced engine still writes into its old log counts for nothing", async () => {
  const old = await open(1, { batchId: -1, mark: null });
  const committed = await old.apply(oneKey(0, 0, 10));
  const taken = await open(2, { batchId: 0, mark: committed.mark });
  await old.apply(oneKey(1, 0, 20));
  const { mark } = await taken.apply({ ...oneKey(1, 0, 30), keys: Uint32Array.of(9, 9, 9, 9) });
  await Promise.all([old.close(), taken.close()]);
  const third = await open(3, { batchId: 1, mark });
  expect([await isLive(third, 0), await isLive(third, 1)]).toEqual([true, false]);
  await third.close();
});

test("segments whose keys have all expired are removed once that is committed", async () => {
  let mark: string | null = null;
  for (let batchId = 0; batchId < 5; batchId++) {
    const store = await open(batchId + 1, {
      batchId: batchId - 1,
      mark,
      watermarkMs: Math.max(0, batchId * 100 - 100),
    });
    ({ mark } = await store.apply(oneKey(batchId, batchId * 100, batchId * 100 + 50)));
    await store.committed();
    await store.close();
  }
  expect(readdirSync(directory).toSorted()).toEqual(["state-00000004-00000000.log", "state-00000005-00000000.log"]);
});

test("bytes that are no entry are not taken for one", async () => {
  const store = await open(1, { batchId: -1, mark: null });
  const { mark } = await store.apply(oneKey(0, 0, 10));
  await store.close();
  appendFileSync(join(directory, readdirSync(directory)[0] ?? ""), Buffer.alloc(64, 1));
  const again = await open(2, { batchId: 0, mark });
  expect(await isLive(again, 0)).toBe(true);
  await again.close();
});
