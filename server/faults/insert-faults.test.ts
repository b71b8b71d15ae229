import { beforeEach, expect, test } from "vitest";
import { InsertFaults } from "./insert-faults.ts";

const table = "payments_raw";
const rows = [{ insertId: "a", json: { checkpoint_id: "c", batch_id: 7 } }];
const deadlineMs = 5_000;

let waits: { readonly delayMs: number; readonly pass: () => void }[];
let sent: unknown[];
let inserted: string[];
let faults: InsertFaults;
let insert: (into: string, of: typeof rows) => Promise<{ readonly kind: string; readonly certain?: boolean }>;

beforeEach(() => {
  waits = [];
  sent = [];
  inserted = [];
  faults = new InsertFaults({
    table,
    deadlineMs,
    wait: (delayMs) => new Promise((pass) => waits.push({ delayMs, pass })),
    send: (message) => sent.push(message),
  });
  insert = faults.attach(
    (into) => {
      inserted.push(into);
      return Promise.resolve({ kind: "stored" });
    },
    () => {
      inserted.push("again");
      return Promise.resolve();
    },
  );
});

const arm = (kind: string, parameters: Record<string, number>, faultId = 3) => {
  faults.arm({ faultId, kind, parameters });
};
/** Lets what has been resolved go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a lost answer comes back after the sink's deadline as one of which nobody knows, though the rows are stored", async () => {
  arm("insert-answer-lost", { answers: 1 });
  const answer = insert(table, rows);
  await settle();
  expect(inserted).toEqual([table]);
  expect(waits.map(({ delayMs }) => delayMs)).toEqual([deadlineMs]);
  expect(sent).toEqual([{ type: "insert-fault-acted", faultId: 3, checkpointId: "c", batchId: 7, rowsUnanswered: 1 }]);
  waits[0]?.pass();
  expect(await answer).toEqual({
    kind: "failed",
    certain: false,
    splits: false,
    detail: "no answer within 5000 ms",
  });
  expect(sent.at(-1)).toEqual({ type: "insert-fault-ended", faultId: 3 });
  expect(await insert(table, rows)).toEqual({ kind: "stored" });
});

test("as many answers are lost as were asked for, one after the other", async () => {
  arm("insert-answer-lost", { answers: 2 });
  for (const times of [1, 2]) {
    const answer = insert(table, rows);
    await settle();
    waits[times - 1]?.pass();
    expect((await answer).kind).toBe("failed");
    expect(sent.filter((message) => (message as { type: string }).type === "insert-fault-ended")).toHaveLength(
      times - 1,
    );
  }
  expect((await insert(table, rows)).kind).toBe("stored");
});

test("rows are inserted again after the time, and the sink hears of nothing", async () => {
  arm("insert-repeated-late", { seconds: 65 });
  expect(await insert(table, rows)).toEqual({ kind: "stored" });
  expect(sent).toMatchObject([{ type: "insert-fault-acted", rowsUnanswered: 0 }]);
  expect(await insert(table, rows)).toEqual({ kind: "stored" });
  expect(waits.map(({ delayMs }) => delayMs)).toEqual([65_000]);
  expect(inserted).toEqual([table, table]);
  waits[0]?.pass();
  await settle();
  expect(inserted).toEqual([table, table, "again"]);
  expect(sent.at(-1)).toEqual({ type: "insert-fault-ended", faultId: 3 });
});

test("side tables, unknown faults and a fault that is armed twice change nothing", async () => {
  arm("warehouse-down", { seconds: 1 });
  arm("insert-answer-lost", { answers: 1 });
  arm("insert-answer-lost", { answers: 1 });
  expect((await insert("late_payments", rows)).kind).toBe("stored");
  const answer = insert(table, rows);
  await settle();
  waits[0]?.pass();
  expect((await answer).kind).toBe("failed");
  expect((await insert(table, rows)).kind).toBe("stored");
});

test("an insert that is not stored is left alone, and the fault waits for one that is", async () => {
  arm("insert-answer-lost", { answers: 1 });
  const failing = faults.attach(
    () => Promise.resolve({ kind: "failed" }),
    () => Promise.resolve(),
  );
  expect(await failing(table, rows)).toEqual({ kind: "failed" });
  expect(sent).toEqual([]);
  void insert(table, rows);
  await settle();
  expect(sent).toHaveLength(1);
});
