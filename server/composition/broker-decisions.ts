import { createHash } from "node:crypto";
import { minorToDecimal } from "#contract/money.ts";
import type { LaneName } from "#contract/names.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { AttemptRow } from "../ledger/attempts-types.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import { runNames } from "../shared/connections.ts";
import type { DedupDecisionRow } from "../shared/warehouse-rows.ts";

export interface BrokerDecisionPorts {
  readonly runId: string;
  readonly lane: LaneName;
  readonly attempts: Pick<AttemptsReader, "absorbedSince">;
  readonly intents: Pick<IntentsReader, "plannedBatches">;
  readonly warehouse: {
    readonly lastBrokerDecision: () => Promise<number>;
    readonly shipDecisions: (rows: readonly DedupDecisionRow[]) => Promise<void>;
  };
}

const attemptsPerShipmentMax = 20;

/**
 * Writes one audit row for every record that the broker absorbed. The attempts ledger is the source, the warehouse
 * says how far it has them: nothing is lost when this process dies, and a row that is sent twice has the same id.
 */
export class BrokerDecisions {
  readonly #ports: BrokerDecisionPorts;
  #changeNo = 0;
  #shippedAttempt: number | null = null;

  constructor(ports: BrokerDecisionPorts) {
    this.#ports = ports;
  }

  async ship(): Promise<void> {
    const { attempts, lane, warehouse } = this.#ports;
    const absorbed = attempts.absorbedSince(this.#changeNo, attemptsPerShipmentMax);
    if (absorbed.length === 0) return;
    this.#shippedAttempt ??= await warehouse.lastBrokerDecision();
    const shipped = this.#shippedAttempt;
    const ours = absorbed.filter((attempt) => attempt.lane === lane && attempt.attemptId > shipped);
    const rows = ours.flatMap((attempt) => this.#rowsOf(attempt));
    if (rows.length > 0) await warehouse.shipDecisions(rows);
    this.#changeNo = absorbed.at(-1)?.changeNo ?? this.#changeNo;
  }

  #rowsOf(attempt: AttemptRow): readonly DedupDecisionRow[] {
    const { runId, lane, intents } = this.#ports;
    const topic = runNames(runId, lane).topic;
    const batch = intents.plannedBatches(attempt.batchId - 1, 1)[0];
    const decidedAt = new Date(attempt.answeredAtMs ?? attempt.writtenAtMs).toISOString();
    return (batch?.payments ?? []).map((payment, index) => {
      const offset = (attempt.baseOffset ?? 0) + index;
      const identity = ["broker", topic, attempt.partition, offset, attempt.attemptId].join("|");
      return {
        decision_id: createHash("sha256").update(identity).digest("hex"),
        transaction_id: payment.transactionId,
        layer: "broker",
        decision: "absorbed",
        reason:
          `producer ${attempt.producerId} epoch ${attempt.epoch} sequence ${attempt.baseSequence + index} ` +
          `is stored already at offset ${offset}`,
        topic,
        partition_no: attempt.partition,
        offset_no: offset,
        attempt_id: attempt.attemptId,
        first_seen: `${topic}-${attempt.partition}-${offset}`,
        amount: minorToDecimal(payment.amountMinor, payment.currency),
        currency: payment.currency,
        decided_at: decidedAt,
      };
    });
  }
}
