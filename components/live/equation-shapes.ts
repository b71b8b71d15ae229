import type { Equation, TotalName } from "#contract/snapshot.ts";

export type EquationName = Equation["name"];
export type TermTone = "plain" | "absorbed" | "wait" | "through";

interface Shape {
  /** What it compares, for a person who opens it. */
  readonly title: string;
  readonly left: readonly TotalName[];
  readonly right: readonly TotalName[];
}

/** Terms that always stand on the screen; the document's other terms appear as soon as they are not 0. */
export const equationShapes: Readonly<Record<EquationName, Shape>> = {
  "1": {
    title: "Every attempt has one reason",
    left: ["attempted"],
    right: ["firstSends", "protocolRetries", "applicationResends", "restartResends"],
  },
  "2": {
    title: "Every attempt has one outcome",
    left: ["attempted"],
    right: ["appended", "absorbedByBroker", "refused", "lost", "unknown", "inFlight"],
  },
  "3": { title: "The broker's log against the wire tap", left: ["stored"], right: ["appended"] },
  "4a": {
    title: "What the broker stored, the consumer has read or still has to",
    left: ["stored"],
    right: ["read", "lag"],
  },
  "4b": { title: "What was read was kept or is accounted for", left: ["read"], right: ["kept", "duplicates"] },
  "5a": { title: "What was kept reached the warehouse", left: ["kept"], right: ["positions", "waitingForSink"] },
  "5b": {
    title: "Rows of the warehouse against the inserts",
    left: ["rawRows"],
    right: ["insertAttempts", "absorbedByInsertId"],
  },
  "6": {
    title: "Raw rows are booked, merged away or still to be merged",
    left: ["rawRows"],
    right: ["booked", "absorbedByMerge", "notYetMerged"],
  },
  "7": {
    title: "What was booked against what was intended",
    left: ["intended", "surplus"],
    right: ["booked", "missing", "pending"],
  },
};

/** The strip's two rows. */
export const equationRows: readonly (readonly EquationName[])[] = [
  ["1", "2", "3", "4a"],
  ["4b", "5a", "5b", "6", "7"],
];

/** Terms that an equation subtracts, so that a 0 keeps its sign. */
export const subtracted: ReadonlySet<string> = new Set(["5b insertFailures", "5b absorbedByInsertId", "5b rejected"]);

export const termLabels: Readonly<Record<TotalName, string>> = {
  intended: "intended",
  attempted: "attempted",
  firstSends: "first",
  protocolRetries: "retries",
  applicationResends: "sent again",
  restartResends: "after restart",
  gaveUpResends: "after giving up",
  appended: "appended",
  absorbedByBroker: "absorbed",
  refused: "refused",
  foundInLog: "found in log",
  lost: "lost",
  unknown: "unknown",
  inFlight: "in flight",
  stored: "stored",
  read: "read",
  kept: "kept",
  duplicates: "duplicates",
  late: "late",
  deadLettered: "dead letters",
  lag: "to read",
  insertAttempts: "inserts",
  insertFailures: "failed",
  rejected: "rejected",
  refusedForGood: "refused",
  waitingForSink: "to write",
  rawRows: "raw",
  positions: "positions",
  absorbedByInsertId: "insertId",
  booked: "booked",
  absorbedByMerge: "by merge",
  notYetMerged: "to book",
  planted: "planted",
  bookedByHand: "by hand",
  latePayments: "late",
  deadLetteredPayments: "dead letters",
  missing: "missing",
  pending: "pending",
  surplus: "surplus",
  customersChargedTwice: "charged twice",
  unexpected: "unexpected",
  mismatched: "mismatched",
};

const tones: Readonly<Partial<Record<TotalName, TermTone>>> = {
  absorbedByBroker: "absorbed",
  duplicates: "absorbed",
  absorbedByInsertId: "absorbed",
  absorbedByMerge: "absorbed",
  unknown: "wait",
  inFlight: "wait",
  lag: "wait",
  waitingForSink: "wait",
  notYetMerged: "wait",
  pending: "wait",
  surplus: "through",
  unexpected: "through",
  missing: "through",
};

export const toneOf = (name: TotalName): TermTone => tones[name] ?? "plain";
