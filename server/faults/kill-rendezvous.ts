import type { LaneName } from "#contract/names.ts";

/** How long a lane waits for the other before the batch after which the process is to be killed. */
const meetingDeadlineMs = 15_000;

type Stage = "meeting" | "sending" | "killing" | "abandoned";

/**
 * Brings both lanes to the same batch at the same time, and tells when the broker has confirmed it in both. From then
 * on nothing may be written: the process is to die before kafkajs tries again.
 */
export class KillRendezvous {
  readonly #lanes: readonly LaneName[];
  readonly #onConfirmed: () => void;
  readonly #onAbandoned: (reason: string) => void;
  readonly #arrived = new Map<LaneName, () => void>();
  readonly #confirmed = new Set<LaneName>();
  #timer: NodeJS.Timeout | undefined;
  #stage: Stage = "meeting";

  constructor(options: {
    readonly lanes: readonly LaneName[];
    readonly onConfirmed: () => void;
    readonly onAbandoned: (reason: string) => void;
  }) {
    this.#lanes = options.lanes;
    this.#onConfirmed = options.onConfirmed;
    this.#onAbandoned = options.onAbandoned;
  }

  get isKilling(): boolean {
    return this.#stage === "killing";
  }

  get isAbandoned(): boolean {
    return this.#stage === "abandoned";
  }

  /** Resolves when the other lane has arrived too, or when it did not come. */
  arrive(lane: LaneName): Promise<void> {
    if (this.#stage !== "meeting") return Promise.resolve();
    this.#timer ??= setTimeout(
      () => this.abandon(`the other lane did not reach the batch within ${meetingDeadlineMs / 1_000} s`),
      meetingDeadlineMs,
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrived.set(lane, resolve);
    if (this.#lanes.every((each) => this.#arrived.has(each))) {
      this.#stage = "sending";
      this.#letGo();
    }
    return promise;
  }

  /** The broker has stored the lane's batch and its answer is withheld. */
  confirm(lane: LaneName): void {
    if (this.#stage !== "sending") return;
    this.#confirmed.add(lane);
    if (!this.#lanes.every((each) => this.#confirmed.has(each))) return;
    this.#stage = "killing";
    this.#onConfirmed();
  }

  abandon(reason: string): void {
    if (this.#stage === "abandoned") return;
    this.#stage = "abandoned";
    this.#letGo();
    this.#onAbandoned(reason);
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    for (const resolve of this.#arrived.values()) resolve();
  }
}
