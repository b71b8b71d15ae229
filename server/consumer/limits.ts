/** Every queue, buffer, retry and history of layer 3, by name. */
export const consumerLimits = {
  /** Records in one micro-batch. */
  batchRowsMax: 5_000,
  /** Shortest time between the starts of two micro-batches. */
  triggerIntervalMs: 50,
  /** Records that are read ahead of the engine, all partitions together, and in one partition while others starve. */
  bufferedRowsMax: 10_000,
  bufferedRowsPerPartitionMax: 5_000,
  bufferedBytesMax: 8_388_608,
  /** Of one answer, and of one partition in it; a batch that is larger comes alone. */
  fetchBytesMax: 4_194_304,
  fetchPartitionBytesMax: 262_144,
  /** A broker with nothing new answers after this; sooner while partitions that are not asked for are full. */
  fetchWaitMs: 250,
  fetchWaitWhileFullMs: 10,
  /** Records of a compressed batch, once decompressed. */
  batchBytesMax: 134_217_728,
  /** Answers of this size use memory again that another one has left, of which so much is kept. */
  pooledBytesMin: 65_536,
  pooledBytesMax: 8_388_608,
  /** Answers that the socket has received and nobody has asked for: after a time-out, nobody will. */
  keptAnswersMax: 64,
  connectMsMax: 3_000,
  /** A broker that does not answer for so long is asked again on a new connection. */
  requestMsMax: 10_000,
  /** New partitions are noticed within this. */
  metadataAgeMsMax: 30_000,
  retryMsFirst: 50,
  retryMsMax: 1_000,
  /** Failures in a row of which one is logged. */
  failuresPerLogLine: 30,
  /** A batch waits this long for a partition that is known to have more records (event times stay aligned). */
  alignmentWaitMs: 10_000,
  /** Event times further ahead of the clock than this, or than half the watermark delay, become dead letters. */
  futureMsMax: 300_000,
  futureMsMin: 1_000,
  transactionIdLengthMax: 128,
  nameLengthMax: 256,
  /** A payment of more minor units is impossible; keeps sums of a batch exact in a double. */
  amountMinorMax: 99_999_999_999,
  /** Bytes of a dead letter's record that are kept. */
  deadLetterBytesMax: 65_536,
  /** Micro-batches whose totals stay readable. */
  historyBatchesMax: 1_000,
  /** Entries after which the offset log and the commit log are rewritten with the history only. */
  logEntriesMax: 4_000,
  /** Places of expired keys that a batch gives back, several times as many as it can take: no batch pauses for them. */
  placesFreedMax: 20_000,
  stateSegmentBytesMax: 8_388_608,
  leaseMs: 3_000,
  leaseHeartbeatMs: 500,
  leaseWaitMs: 10_000,
  insertRowsMax: 500,
  insertBytesMax: 4_194_304,
  insertDeadlineMs: 5_000,
  insertBackoffFirstMs: 100,
  insertBackoffMaxMs: 5_000,
  /** Failures in a row after which the circuit opens: an alarm, and one probe per `circuitProbeMs`. */
  circuitFailuresMax: 3,
  circuitProbeMs: 1_000,
  journalCallsMax: 10_000,
  journalDuplicatesMax: 1_000_000,
  sparkBatchRowsMax: 5_000,
  /** Shortest time between the starts of two of Spark's micro-batches; without one it asks the broker all the time. */
  sparkTriggerIntervalMs: 250,
  /** The same where batches are loaded into BigQuery, which takes 1,500 load jobs a day into one table. */
  sparkLoadIntervalMs: 60_000,
  sparkLoadRowsMax: 100_000,
  /** Shortest time between two deletions of outcomes that are committed. */
  sparkTrimIntervalMs: 60_000,
  lagPublishMs: 5_000,
  stopWaitMs: 2_000,
} as const;
