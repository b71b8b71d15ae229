import type { ArmFault, FromConsumer } from "../processes/messages.ts";
import { insertRule } from "./index.ts";

/** A row on its way to the warehouse; rows of payments name their micro-batch. */
interface Row {
  readonly insertId: string | null;
  readonly json: object;
}
interface OfBatch {
  readonly checkpoint_id: string;
  readonly batch_id: number;
}
interface Unanswered {
  readonly kind: "failed";
  readonly certain: false;
  readonly splits: false;
  readonly detail: string;
}
type Insert<Answer> = (table: string, rows: readonly Row[]) => Promise<Answer>;

interface Active {
  readonly faultId: number;
  readonly againAfterMs: number | null;
  answersLost: number;
  /** Its rows are taken: it has nothing to do with later inserts. */
  taken: boolean;
}

export interface InsertFaultsOptions {
  /** The table whose inserts are meant. */
  readonly table: string;
  /** After which the sink gives an answer up. */
  readonly deadlineMs: number;
  /** Resolves after so many milliseconds; only waits for what the fault imitates. */
  readonly wait: (delayMs: number) => Promise<void>;
  /** What the app is told. */
  readonly send: (message: Extract<FromConsumer, { type: `insert-fault-${string}` }>) => void;
}

/**
 * Carries out the faults that act between the sink and the warehouse, as the wire tap's engine does between producer
 * and broker. The sink knows none of them.
 */
export class InsertFaults {
  readonly #options: InsertFaultsOptions;
  readonly #active: Active[] = [];

  constructor(options: InsertFaultsOptions) {
    this.#options = options;
  }

  /** Takes hold of the next insert; a fault that is known already is not armed twice. */
  arm({ faultId, kind, parameters }: ArmFault): void {
    const rule = insertRule(kind);
    if (rule === undefined || this.#active.some((active) => active.faultId === faultId)) return;
    const answersLost = rule.answersLost(parameters);
    this.#active.push({ faultId, answersLost, againAfterMs: rule.againAfterMs(parameters), taken: false });
  }

  /** `again` inserts rows once more as they were, as a call of its own, until they are stored. */
  attach<Answer extends { readonly kind: string }>(
    insert: Insert<Answer>,
    again: (rows: readonly Row[]) => Promise<void>,
  ): Insert<Answer | Unanswered> {
    return async (table, rows) => {
      const active = table === this.#options.table ? this.#active.find(({ taken }) => !taken) : undefined;
      const answer = await insert(table, rows);
      if (active === undefined || answer.kind !== "stored") return answer;
      if (active.answersLost > 0) return this.#loseAnswer(active, rows);
      active.taken = true;
      this.#acted(active, rows, 0);
      void this.#repeat(active, rows, again);
      return answer;
    };
  }

  async #loseAnswer(active: Active, rows: readonly Row[]): Promise<Unanswered> {
    const { deadlineMs, wait, send } = this.#options;
    active.answersLost -= 1;
    active.taken = active.answersLost === 0;
    this.#acted(active, rows, rows.length);
    await wait(deadlineMs);
    if (active.taken) send({ type: "insert-fault-ended", faultId: active.faultId });
    return { kind: "failed", certain: false, splits: false, detail: `no answer within ${deadlineMs} ms` };
  }

  async #repeat(active: Active, rows: readonly Row[], again: (rows: readonly Row[]) => Promise<void>): Promise<void> {
    const { wait, send } = this.#options;
    await wait(active.againAfterMs ?? 0);
    await again(rows);
    send({ type: "insert-fault-ended", faultId: active.faultId });
  }

  #acted({ faultId }: Active, rows: readonly Row[], rowsUnanswered: number): void {
    const first = rows[0]?.json as OfBatch | undefined;
    if (first === undefined) return;
    const { checkpoint_id: checkpointId, batch_id: batchId } = first;
    this.#options.send({ type: "insert-fault-acted", faultId, checkpointId, batchId, rowsUnanswered });
  }
}
