import { expect, test } from "vitest";
import { CopyTracker, type CopyRange, type PositionFacts } from "./copies.ts";

const retry: CopyRange = { copyId: 7, partition: 1, baseOffset: 10, records: 5, cause: "retry", faultId: 3 };
const allStopped: PositionFacts["stoppedIn"] = ({ fromOffset, toOffset }) => toOffset - fromOffset;
const nothingYet: PositionFacts = { committed: {}, stoppedIn: () => 0, surplus: [], absorbed: [] };

test("a copy that nobody has read yet is stored and neither absorbed nor passed on", () => {
  const tracker = new CopyTracker();
  tracker.add([retry]);
  const counts = tracker.count(nothingYet);
  expect(counts.stored.retry).toBe(5);
  expect(counts.consumer.absorbed.retry).toBe(0);
  expect(counts.consumer.passed.retry).toBe(0);
});

test("copies that the consumer recognised are its catch and are charged to their fault", () => {
  const tracker = new CopyTracker();
  tracker.add([retry]);
  const counts = tracker.count({ ...nothingYet, committed: { 1: 15 }, stoppedIn: () => 5 });
  expect(counts.consumer.absorbed.retry).toBe(5);
  expect(counts.warehouse.passed.retry).toBe(0);
  expect(counts.byFault.get(3)).toEqual({ absorbedByConsumer: 5, absorbedByWarehouse: 0, bookedTwice: 0 });
});

test("a position at which rows were inserted again is no further copy in the log", () => {
  const tracker = new CopyTracker();
  tracker.add([retry]);
  const surplus = [12, 12, 12, 13].map((offset) => ({ partition: 1, offset }));
  const counts = tracker.count({ ...nothingYet, committed: { 1: 20 }, surplus });
  expect(counts.byFault.get(3)).toMatchObject({ bookedTwice: 2 });
});

test("copies that went through are found among the surplus positions, those that the merge caught among its own", () => {
  const tracker = new CopyTracker();
  tracker.add([retry]);
  const surplus = [9, 10, 12, 15].map((offset) => ({ partition: 1, offset }));
  const absorbed = [11, 13, 14].map((offset) => ({ partition: 1, offset }));
  const counts = tracker.count({ ...nothingYet, committed: { 1: 20 }, surplus, absorbed });
  expect(counts.consumer.passed.retry).toBe(5);
  expect(counts.warehouse.passed.retry).toBe(2);
  expect(counts.warehouse.absorbed.retry).toBe(3);
  expect(counts.byFault.get(3)?.bookedTwice).toBe(2);
});

test("a range that is half read is asked again when the rest has been read", () => {
  const tracker = new CopyTracker();
  tracker.add([retry]);
  expect(tracker.count({ ...nothingYet, committed: { 1: 12 }, stoppedIn: allStopped }).consumer.absorbed.retry).toBe(2);
  expect(tracker.count({ ...nothingYet, committed: { 1: 99 }, stoppedIn: allStopped }).consumer.absorbed.retry).toBe(5);
});

test("the ledger is asked for copies after the last one that was added", () => {
  const tracker = new CopyTracker();
  tracker.add([retry, { ...retry, copyId: 4 }]);
  expect(tracker.lastCopyId).toBe(7);
});
