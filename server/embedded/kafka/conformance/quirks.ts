/**
 * Behaviour that the cases report instead of demanding it: what Apache Kafka does today without promising it, and where
 * the embedded broker differs from it on purpose.
 */
export const QUIRKS = {
  /** Case 24. Log append time of an answer on a CreateTime topic: of a fresh append, and of a duplicate. */
  logAppendTime: { fresh: "-1", duplicate: "the original batch's largest timestamp" },
  /** A produce request whose records field is null: Apache Kafka never answers it, this broker refuses it. */
  nullRecords: { embedded: "error 87", "apache-kafka": "no answer" },
} as const;
