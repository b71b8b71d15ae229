import { laneNames, type LaneName } from "#contract/names.ts";
import type { AttemptRow } from "../ledger/attempts-types.ts";
import type { AttemptsWriter } from "../ledger/attempts-writer.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { LogScanner } from "./log-scanner.ts";
import { isFenced, resolveSend, type ClosedConnections } from "./resolver-rules.ts";

/** Unknown attempts looked at in one round; the rest waits for the next. */
const attemptsPerRoundMax = 1_000;
/** Attempts of a lane read to find a fence: far more than are made while one is unknown. */
const attemptsReadMax = 20_000;
/** Sends that were taken for lost and are looked for once more. */
const recheckedSendsMax = 1_000;
/** A broker that was frozen or cut off may still append what its connection held; look again after this. */
const recheckAfterMs = 30_000;
const retryDelayMs = 2_000;

export interface ResolverOptions {
  readonly ledger: Pick<AttemptsWriter, "unknownAttempts" | "attemptsFrom" | "attemptsOfSend" | "resolve">;
  readonly scanner: LogScanner;
  readonly topicOf: (lane: LaneName) => string;
  readonly closed: ClosedConnections;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Recheck {
  readonly lane: LaneName;
  readonly sendId: string;
  readonly dueMs: number;
}

/** Turns unknown attempts into found or lost ones, by reading the log behind a fence. One round at a time. */
export class Resolver {
  readonly #options: ResolverOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #notBeforeMs = 0;
  #rechecks: Recheck[] = [];

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** Cheap when there is nothing to resolve. Call after deliveries and now and then. */
  poke(): void {
    this.#again = true;
    if (this.#running !== undefined || this.#options.clock.nowMs() < this.#notBeforeMs) return;
    this.#running = this.#rounds().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no round is running. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #rounds(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        for (const lane of laneNames) await this.#round(lane);
      }
    } catch (error) {
      this.#notBeforeMs = this.#options.clock.nowMs() + retryDelayMs;
      this.#options.logger.warn({ reason: messageOf(error) }, "unknown attempts could not be looked up in the log");
    }
  }

  async #round(lane: LaneName): Promise<void> {
    const sendIds = new Set([...this.#fencedSends(lane), ...this.#dueSends(lane)]);
    const sends = [...sendIds].map((sendId) => this.#options.ledger.attemptsOfSend(sendId));
    if (sends.length === 0) return;
    const stored = await this.#options.scanner.scan({
      topic: this.#options.topicOf(lane),
      fromOffsets: scanStarts(sends.flat()),
      sends: new Map(sends.flat().map(({ sendId, records }) => [sendId, records])),
    });
    for (const sendId of sendIds) {
      const resolutions = resolveSend(
        this.#options.ledger.attemptsOfSend(sendId),
        stored.filter((copy) => copy.sendId === sendId),
      );
      this.#options.ledger.resolve(resolutions);
      if (resolutions.some(({ outcome }) => outcome === "lost")) this.#recheckLater(lane, sendId);
    }
  }

  /** Sends with unknown attempts, all of which are behind a fence. */
  #fencedSends(lane: LaneName): readonly string[] {
    const { ledger, closed } = this.#options;
    const unknown = ledger.unknownAttempts(attemptsPerRoundMax).filter((attempt) => attempt.lane === lane);
    const bySend = Map.groupBy(unknown, ({ sendId }) => sendId);
    return [...bySend].flatMap(([sendId, attempts]) => {
      const first = ledger.attemptsOfSend(sendId)[0];
      if (first === undefined) return [];
      const others = ledger.attemptsFrom(lane, first.attemptId, attemptsReadMax);
      return attempts.every((attempt) => isFenced(attempt, others, closed)) ? [sendId] : [];
    });
  }

  #dueSends(lane: LaneName): readonly string[] {
    const nowMs = this.#options.clock.nowMs();
    const due = this.#rechecks.filter((recheck) => recheck.lane === lane && recheck.dueMs <= nowMs);
    this.#rechecks = this.#rechecks.filter((recheck) => !due.includes(recheck));
    return due.map(({ sendId }) => sendId);
  }

  #recheckLater(lane: LaneName, sendId: string): void {
    if (this.#rechecks.length >= recheckedSendsMax) return;
    this.#rechecks.push({ lane, sendId, dueMs: this.#options.clock.nowMs() + recheckAfterMs });
  }
}

/** Per partition, the smallest log end that was known when one of the attempts was written. */
function scanStarts(attempts: readonly AttemptRow[]): ReadonlyMap<number, number> {
  const starts = new Map<number, number>();
  for (const { partition, logEndBefore, outcome } of attempts) {
    // A stored attempt's own offset lies behind what was known when it was written.
    if (outcome !== "unknown" && outcome !== "lost") continue;
    starts.set(partition, Math.min(starts.get(partition) ?? Number.POSITIVE_INFINITY, logEndBefore ?? 0));
  }
  return starts;
}
