import type { LaneName } from "#contract/names.ts";
import { limits } from "#contract/limits.ts";
import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import type { LaneState } from "./lane-state.ts";
import type { Pace } from "./pace.ts";
import type { TotalsPosition } from "./read-totals.ts";

export interface CycleContext {
  readonly lane: LaneName;
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: LaneState;
  /** Of the present cycle. */
  readonly mayBegin: Pace;
}

export const windowSeconds = limits.windowMs / 1_000;

/** What became of the merge in a cycle. */
export interface Merged {
  readonly checkpointId: string;
  readonly mergedBatchId: number;
  /** Up to where the merge was shown the rows: beyond, they are not yet merged. */
  readonly shown: TotalsPosition;
  /** Every row that the committed batches kept was seen by the merge, and its intent is there. */
  readonly complete: boolean;
  readonly booked: boolean;
}

/** A cycle that left its judgement to a later one; `waitingFor` says why, in words. */
export interface Unfinished {
  readonly waitingFor: string;
}
