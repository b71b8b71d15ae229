/** Sequence numbers of idempotent producers: int32, and 0 follows 2147483647. */
const SEQUENCE_MAX = 2_147_483_647;

/** The sequence `steps` after `sequence`. Source: DefaultRecordBatch.incrementSequence in Apache Kafka. */
export function advanceSequence(sequence: number, steps: number): number {
  return sequence > SEQUENCE_MAX - steps ? steps - (SEQUENCE_MAX - sequence) - 1 : sequence + steps;
}
