/** What settling needs to know of a lane; each answer comes from the system of record. */
export interface SettlementPorts {
  /** Largest batch id up to which every send was delivered and has a final outcome. */
  readonly finalThroughBatch: () => number;
  /** End offset per partition of everything stored for batches up to `batchId`. */
  readonly endOffsets: (batchId: number) => Readonly<Record<number, number>>;
  /** Smallest sequence of the intents that batches up to `batchId` do not hold. */
  readonly firstSequenceBeyondBatch: (batchId: number) => number;
}

/**
 * The largest intent sequence up to which every payment's sends have final outcomes and the consumer has committed
 * past them (ARCHITECTURE.md, "Settled by progress"). `committed` is the next offset per partition of the micro-batch
 * that the merge has passed. End offsets never fall with the batch id, so a binary search finds the bound.
 */
export function settledThrough(committed: Readonly<Record<number, number>>, ports: SettlementPorts): number {
  const covered = (batchId: number): boolean =>
    Object.entries(ports.endOffsets(batchId)).every(([partition, end]) => (committed[Number(partition)] ?? 0) >= end);
  let low = 0;
  let high = ports.finalThroughBatch();
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (covered(middle)) low = middle;
    else high = middle - 1;
  }
  return ports.firstSequenceBeyondBatch(low) - 1;
}
