import type { CrashPoint } from "../processes/messages.ts";
import { consumerLimits } from "./limits.ts";

interface ArmedCrash {
  readonly faultId: number;
  readonly point: CrashPoint;
}

/**
 * The seam for the fault "consumer killed": it stops the loop at the armed point, says so, and waits for the SIGKILL.
 * Only a step that had rows counts, so that there is something to lose or to repeat.
 */
export class CrashPoints {
  readonly #onReached: (crash: ArmedCrash) => void;
  #armed: ArmedCrash | null = null;

  constructor(onReached: (crash: ArmedCrash) => void) {
    this.#onReached = onReached;
  }

  arm(crash: ArmedCrash): void {
    this.#armed = crash;
  }

  async reached(point: CrashPoint, rows: number): Promise<void> {
    if (this.#armed?.point !== point || rows === 0) return;
    this.#onReached(this.#armed);
    await new Promise<never>(() => {});
  }

  /** The middle of the sink needs a call that ends there. */
  rowsPerCall(rows: number): number {
    return this.#armed?.point === "mid-sink" ? Math.max(1, Math.ceil(rows / 2)) : consumerLimits.insertRowsMax;
  }
}
