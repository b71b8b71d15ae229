import { expect, test } from "vitest";
import type { FaultDescription } from "#contract/faults.ts";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { buttonState, effectAnnouncement, effectRows, effectSummary, lastOfKind, plantedFaults } from "./fault-view.ts";

const none = { resent: 0, absorbedByBroker: 0, absorbedByConsumer: 0, absorbedByWarehouse: 0, late: 0, bookedTwice: 0 };
const fault = (over: Partial<FaultSnapshot> = {}): FaultSnapshot => ({
  id: 1,
  kind: "acknowledgement-lost",
  title: "Inject timeout",
  state: "ended",
  at: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  parameters: {},
  alarmChangeId: null,
  effects: {
    protected: { ...none, resent: 5, absorbedByBroker: 5 },
    unprotected: { ...none, resent: 5, bookedTwice: 5 },
  },
  ...over,
});
const description = { kind: "acknowledgement-lost", canActNow: true } as FaultDescription;

test("a flag says which layer absorbed most", () => {
  expect(effectSummary(fault())).toEqual({ text: "broker absorbed 5", tone: "absorbed" });
  const later = { ...none, resent: 8, absorbedByBroker: 1, absorbedByConsumer: 7 };
  expect(effectSummary(fault({ effects: { protected: later, unprotected: none } })).text).toBe("consumer absorbed 7");
});

test("a fault without an effect yet says how far it is", () => {
  const effects = { protected: none, unprotected: none };
  expect(effectSummary(fault({ effects, state: "armed" })).text).toBe("armed");
  expect(effectSummary(fault({ effects, state: "refused" })).text).toBe("did not act");
  expect(effectSummary(fault({ effects })).text).toBe("no copies");
});

test("what came too late and what is not cleaned up is said", () => {
  const late = { protected: { ...none, late: 1 }, unprotected: { ...none, bookedTwice: 1 } };
  expect(effectSummary(fault({ effects: late }))).toEqual({ text: "1 put aside as late", tone: "wait" });
  expect(effectAnnouncement(fault({ effects: late }))).toContain("0 copies re-sent, 1 put aside as late");
  const planted = fault({
    id: 4,
    state: "acting",
    alarmChangeId: "x",
    effects: { protected: none, unprotected: none },
  });
  expect(effectSummary(planted).text).toBe("not cleaned up");
  expect(plantedFaults([fault(), planted]).map(({ id }) => id)).toEqual([4]);
});

test("the newest fault of a kind gives the button its number and state", () => {
  const faults = [fault(), fault({ id: 2, kind: "other" }), fault({ id: 3, state: "armed" })];
  expect(lastOfKind(faults, "acknowledgement-lost")?.id).toBe(3);
  expect(buttonState(description, faults[2] ?? null)).toBe("armed");
  expect(buttonState(description, null)).toBe("ready");
  expect(buttonState({ ...description, canActNow: false }, faults[0] ?? null)).toBe("off");
});

test("both lanes stand in the table and in the announcement", () => {
  expect(effectRows(fault()).at(-1)).toMatchObject({ label: "booked twice", counts: { protected: 0, unprotected: 5 } });
  expect(effectAnnouncement(fault())).toBe(
    "Inject timeout. protected lane: 5 copies re-sent, 5 absorbed by the broker. unprotected lane: 5 copies re-sent, 5 booked twice.",
  );
});
