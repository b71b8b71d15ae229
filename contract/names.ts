/** The two pipelines that run side by side on the same payments. */
export const laneNames = ["protected", "unprotected"] as const;
export type LaneName = (typeof laneNames)[number];

/** Operating-system processes that the supervisor keeps running; absent ones are external systems. */
export const processNames = ["producer", "broker", "consumer-protected", "consumer-unprotected", "warehouse"] as const;
export type ProcessName = (typeof processNames)[number];

/** The switches of a lane, one per layer that can absorb a copy. */
export const protectionNames = ["idempotence", "deduplication", "insertIds", "merge"] as const;
export type ProtectionName = (typeof protectionNames)[number];
export type Protections = Readonly<Record<ProtectionName, boolean>>;

export const allProtectionsOn: Protections = { idempotence: true, deduplication: true, insertIds: true, merge: true };
export const allProtectionsOff: Protections = {
  idempotence: false,
  deduplication: false,
  insertIds: false,
  merge: false,
};

/** Why a send was made (ARCHITECTURE.md, "What happened to an attempt"). */
export const sendCauses = ["first", "application-again", "after-restart", "after-giving-up"] as const;
export type SendCause = (typeof sendCauses)[number];

/** What became of one attempt; exactly one holds at any moment. */
export const attemptClasses = [
  "in-flight",
  "appended",
  "absorbed",
  "refused",
  "unknown",
  "found-in-log",
  "lost",
] as const;
export type AttemptClass = (typeof attemptClasses)[number];

/** The tracks on which copies are drawn: why a copy exists. `other` holds what no send explains. */
export const copyCauses = ["retry", "application-again", "after-restart", "other"] as const;
export type CopyCause = (typeof copyCauses)[number];
