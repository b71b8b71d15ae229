/** Every limit of the broker, with what happens at it. */
export const LIMITS = {
  /** A larger request frame closes its connection. Apache Kafka's socket.request.max.bytes. */
  requestBytesMax: 104_857_600,
  /** Bytes of half-received requests on all connections together; past it the connection that holds most is closed. */
  bufferedRequestBytesMax: 134_217_728,
  /** A further connection is closed at once. */
  connectionsMax: 1_024,
  /** A connection without a whole request for so long is closed. Apache Kafka's connections.max.idle.ms. */
  connectionIdleMs: 600_000,
  /** A request that has begun must be whole after so long, or its connection is closed. */
  requestArrivalMs: 30_000,
  /** A reader that takes nothing of an answer for so long is closed. */
  answerDrainMs: 30_000,
  /** Bytes of answers that clients have not taken yet, of all connections; past it fetches return one batch only. */
  unsentAnswerBytesMax: 134_217_728,
  /** Bytes of requests that one connection may have waiting behind the one being answered; past it reading pauses. */
  pipelinedBytesMax: 1_048_576,
  /** How often connections are looked over for those that take too long. */
  connectionSweepMs: 5_000,
  /** Topics created because one Metadata request names them; the others stay unknown. */
  autoCreatedTopicsMax: 100,
  /** Partitions of all topics together; creating more is refused with POLICY_VIOLATION. */
  partitionsMax: 10_000,
  /** Bytes of records in one fetch answer, whatever the client asks. */
  fetchBytesMax: 16_777_216,
  /** Milliseconds that a fetch may wait, whatever the client asks. */
  fetchWaitMsMax: 60_000,
  /** Consumer groups that exist at once; a further one is refused with GROUP_MAX_SIZE_REACHED. */
  groupsMax: 10_000,
  /** Members of one group; a further one is refused with GROUP_MAX_SIZE_REACHED. */
  groupMembersMax: 1_000,
  /** Committed offsets kept in all groups together; a further one is refused with OFFSET_METADATA_TOO_LARGE. */
  committedOffsetsMax: 1_000_000,
  /** Bytes of the metadata of a committed offset. Apache Kafka's offset.metadata.max.bytes. */
  offsetMetadataBytesMax: 4_096,
  /** Transactional ids known at once; a further one is refused. */
  transactionalIdsMax: 10_000,
  /** Milliseconds. Apache Kafka's transaction.max.timeout.ms. */
  transactionTimeoutMsMax: 900_000,
  /** Milliseconds. Apache Kafka's group.min.session.timeout.ms and group.max.session.timeout.ms. */
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
} as const;
