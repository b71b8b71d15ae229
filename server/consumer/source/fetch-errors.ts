import { DedupscopeError } from "#server/shared/errors.ts";

/** Error codes of a partition in a Fetch answer (https://kafka.apache.org/protocol#protocol_error_codes). */
export const fetchErrors = {
  none: 0,
  corruptMessage: 2,
  unsupportedVersion: 35,
} as const;

/** What waiting does not change, by kafkajs's name of the error and by number, in words. */
const refusals: readonly { readonly type: string; readonly code: number | null; readonly text: string }[] = [
  { type: "TOPIC_AUTHORIZATION_FAILED", code: 29, text: "may not read the topic: allow it READ and DESCRIBE there" },
  { type: "CLUSTER_AUTHORIZATION_FAILED", code: 31, text: "may not use this cluster" },
  { type: "INVALID_TOPIC_EXCEPTION", code: 17, text: "cannot read a topic of this name" },
  { type: "SASL_AUTHENTICATION_FAILED", code: 58, text: "was not let in: check user name, password and mechanism" },
  { type: "UNSUPPORTED_SASL_MECHANISM", code: 33, text: "was not let in: the broker has no such SASL mechanism" },
  { type: "UNSUPPORTED_VERSION", code: fetchErrors.unsupportedVersion, text: "speaks no version that the broker does" },
];

/** The sentence with which reading stops, or null when it is worth trying again. */
export function refusalOf(topic: string, error: { readonly type?: string | null; readonly code?: number }) {
  const found = refusals.find(({ type, code }) => type === error.type || code === error.code);
  return found === undefined ? null : new DedupscopeError("broker-refused", `${topic}: this consumer ${found.text}`);
}

const names: Readonly<Record<number, string>> = {
  [-1]: "UNKNOWN_SERVER_ERROR",
  1: "OFFSET_OUT_OF_RANGE",
  3: "UNKNOWN_TOPIC_OR_PARTITION",
  5: "LEADER_NOT_AVAILABLE",
  6: "NOT_LEADER_OR_FOLLOWER",
  9: "REPLICA_NOT_AVAILABLE",
  56: "KAFKA_STORAGE_ERROR",
  74: "FENCED_LEADER_EPOCH",
  75: "UNKNOWN_LEADER_EPOCH",
  78: "OFFSET_NOT_AVAILABLE",
};

/** For the log. */
export function fetchErrorName(code: number): string {
  return names[code] ?? `error ${code}`;
}
