import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noMoney } from "#contract/money.ts";
import { openIntentsReader } from "./intents-reader.ts";
import type { Intent } from "./intents-types.ts";
import { openIntentsWriter } from "./intents-writer.ts";

let directory: string;
let file: string;
const generator = { seed: 1, state: [1, 2, 3, 4] };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dedupscope-intents-"));
  file = join(directory, "intents.sqlite");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function intent(sequence: number, overrides: Partial<Intent> = {}): Intent {
  return {
    sequence,
    transactionId: `transaction-${String(sequence)}`,
    customerId: "customer-0001",
    merchantId: "coffee-01",
    amountMinor: 100n,
    currency: "USD",
    eventTimeMs: sequence,
    ...overrides,
  };
}

test("a ledger that does not exist yet reads as empty, and is read as soon as it does", () => {
  const reader = openIntentsReader(file);
  expect(reader.totals()).toEqual({ count: 0, money: noMoney });
  expect(reader.plannedBatches(0, 10)).toEqual([]);
  expect(reader.firstSequenceBeyondBatch(3)).toBe(1);
  expect(reader.payment("x")).toBeUndefined();
  writeFileSync(file, "");
  expect(reader.lastSequence()).toBe(0);
  const writer = openIntentsWriter(file);
  writer.append([intent(1)], generator);
  expect(reader.lastSequence()).toBe(1);
  writer.close();
  reader.close();
});

test("a ledger whose writer has closed it can still be read", () => {
  const writer = openIntentsWriter(file);
  writer.append([intent(1)], generator);
  writer.close();
  expect(readdirSync(directory)).toEqual(["intents.sqlite"]);
  const reader = openIntentsReader(file);
  expect(reader.intents(0, 10)).toEqual([intent(1)]);
  reader.close();
});

test("an append that fails half-way leaves no trace, neither intents nor the generator's position", () => {
  const writer = openIntentsWriter(file);
  writer.append([intent(1)], generator);
  const after = { seed: 1, state: [9, 9, 9, 9] };
  expect(() => writer.append([intent(2), intent(3, { transactionId: "transaction-1" })], after)).toThrow(/UNIQUE/);
  expect(() => writer.append([intent(2), intent(4)], after)).toThrow(/does not follow/);
  expect(writer.lastSequence()).toBe(1);
  expect(writer.generator()).toEqual(generator);
  writer.append([intent(2)], after);
  expect(writer.totals()).toEqual({ count: 2, money: { ...noMoney, USD: 200n } });
  writer.close();
});

test("when the file can grow no more the write fails, what was written stays, and writing works again later", () => {
  const writer = openIntentsWriter(file);
  writer.append([intent(1)], generator);
  writer.close();
  // SQLite's own limit on pages gives the same error as a disk without room.
  const small = openIntentsWriter(file, { pagesMax: 12 });
  let sequence = 1;
  expect(() => {
    for (; sequence < 10_000; sequence++) small.append([intent(sequence + 1)], generator);
  }).toThrow(/full/);
  expect(small.lastSequence()).toBe(sequence);
  small.close();
  const roomy = openIntentsWriter(file);
  roomy.append([intent(sequence + 1)], generator);
  expect(roomy.totals().count).toBe(sequence + 1);
  roomy.close();
});

test("totals beyond what a double holds stay exact", () => {
  const writer = openIntentsWriter(file);
  const large = 9_007_199_254_740_991n;
  writer.append([intent(1, { amountMinor: large }), intent(2, { amountMinor: large })], generator);
  const reader = openIntentsReader(file);
  expect(reader.totals().money.USD).toBe(2n * large);
  reader.close();
  writer.close();
});

test("a damaged file is refused with its name and what to do", () => {
  writeFileSync(file, "this is not a database, but it is long enough to look at".repeat(100));
  expect(() => openIntentsWriter(file)).toThrow(/intents\.sqlite cannot be opened: .*--fresh/);
  expect(() => openIntentsReader(file).lastSequence()).toThrow(/intents\.sqlite cannot be read: .*--fresh/);
});

test("the ledger is in WAL mode, so that readers and the writer do not wait for each other", () => {
  const writer = openIntentsWriter(file);
  const other = new DatabaseSync(file, { readOnly: true });
  expect(other.prepare("PRAGMA journal_mode").get()?.["journal_mode"]).toBe("wal");
  other.exec("BEGIN");
  other.prepare("SELECT count(*) FROM intents").get();
  writer.append([intent(1)], generator);
  other.close();
  writer.close();
});
