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
    readonly brokerDecisions: (firstAttempt: number, lastAttempt: number) => Promise<ReadonlySet<string>>;
    readonly shipDecisions: (rows: readonly DedupDecisionRow[]) => Promise<void>;
  };
}

const attemptsPerShipmentMax = 20;

/**
 * Writes one audit row for every record that the broker absorbed. The attempts ledger is the source; before rows are
 * sent, the audit trail says which of them it has. So nothing is lost or written twice when this process dies or an
 * answer is lost, in whichever order the attempts were answered.
 */
export class BrokerDecisions {
  readonly #ports: BrokerDecisionPorts;
  /** Everything that the ledger says up to here is in the audit trail; it begins anew with this process. */
  #changeNo = 0;

  constructor(ports: BrokerDecisionPorts) {
    this.#ports = ports;
  }

  async ship(): Promise<void> {
    const { attempts, lane, warehouse } = this.#ports;
    const absorbed = attempts.absorbedSince(this.#changeNo, attemptsPerShipmentMax);
    const ours = absorbed.filter((attempt) => attempt.lane === lane);
    if (ours.length > 0) {
      const ids = ours.map((attempt) => attempt.attemptId);
      const known = await warehouse.brokerDecisions(Math.min(...ids), Math.max(...ids));
      const rows = ours.flatMap((attempt) => this.#rowsOf(attempt)).filter((row) => !known.has(row.decision_id));
      if (rows.length > 0) await warehouse.shipDecisions(rows);
    }
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
