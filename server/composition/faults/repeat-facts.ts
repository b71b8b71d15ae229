/** What is known in one lane of a fault that makes rows come again; kept on disk, so that a restart goes on with it. */
export interface RepeatFacts {
  /** Armed and not reached; struck; its effects are counted. */
  readonly stage: "waiting" | "struck" | "done";
  /** The consumer is dead and what was to be done to its checkpoint was done, or nothing was. */
  readonly damaged: boolean;
  /** The fault has nothing more to do in the lane, but its effects may be under way. */
  readonly over: boolean;
  readonly checkpointId: string | null;
  /** The micro-batches under `checkpointId` that hold what was repeated. */
  readonly fromBatchId: number;
  /** Null while it is not known where that ends. */
  readonly toBatchId: number | null;
  /** A deleted checkpoint: where each partition had been read to. */
  readonly readBefore: Readonly<Record<string, number>> | null;
  /** Rows that the batch kept; null before it was committed. */
  readonly kept: number | null;
  /** Rows that were stored although the sink never heard so. */
  readonly rowsUnanswered: number;
  /** The warehouse's cycle in which the fault was over; what it booked because of it is seen in later ones. */
  readonly overInCycle: number;
  readonly effects: CountedEffects;
}

export interface CountedEffects {
  readonly resent: number;
  readonly absorbedByConsumer: number;
  readonly absorbedByWarehouse: number;
  readonly bookedTwice: number;
}

export const waitingFacts: RepeatFacts = {
  stage: "waiting",
  damaged: false,
  over: false,
  checkpointId: null,
  fromBatchId: 0,
  toBatchId: null,
  readBefore: null,
  kept: null,
  rowsUnanswered: 0,
  overInCycle: 0,
  effects: { resent: 0, absorbedByConsumer: 0, absorbedByWarehouse: 0, bookedTwice: 0 },
};
