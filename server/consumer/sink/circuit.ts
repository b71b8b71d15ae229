import { consumerLimits } from "../limits.ts";

export interface CircuitOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onOpen: (detail: string) => void;
  readonly onClose: () => void;
}

/**
 * Counts failures in a row. Until the circuit opens, retries back off exponentially with full jitter; once open, one
 * probe per `circuitProbeMs` goes out, and nothing else happens until one succeeds.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #failures = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  succeeded(): void {
    const wasOpen = this.#isOpen();
    this.#failures = 0;
    if (wasOpen) this.#options.onClose();
  }

  /** Returns how long to wait before the next attempt, milliseconds. */
  failed(detail: string): number {
    this.#failures += 1;
    if (this.#isOpen()) {
      this.#options.onOpen(detail);
      return consumerLimits.circuitProbeMs;
    }
    const ceilingMs = consumerLimits.insertBackoffFirstMs * 2 ** this.#failures;
    return Math.ceil(this.#options.random() * Math.min(consumerLimits.insertBackoffMaxMs, ceilingMs));
  }

  #isOpen(): boolean {
    return this.#failures >= consumerLimits.circuitFailuresMax;
  }
}
