import type { Kafka, Producer } from "kafkajs";
import { headerNames, type PaymentRecord } from "#contract/payment.ts";

/** The payment with number `sequence`; event times are a millisecond apart from `startMs` on. */
export function paymentRecord(sequence: number, startMs: number): PaymentRecord {
  return {
    transaction_id: `01890000-0000-7000-8000-${sequence.toString(16).padStart(12, "0")}`,
    customer_id: `customer-${sequence % 17}`,
    merchant_id: `merchant-${sequence % 5}`,
    amount: `${(sequence % 90) + 1}.25`,
    currency: sequence % 3 === 0 ? "EUR" : "USD",
    event_time: new Date(startMs + sequence).toISOString(),
  };
}

export class PaymentProducer {
  readonly #producer: Producer;
  readonly #topic: string;
  sends = 0;

  constructor(kafka: Kafka, topic: string) {
    this.#producer = kafka.producer();
    this.#topic = topic;
  }

  async connect(): Promise<void> {
    await this.#producer.connect();
  }

  /** Stores values in a partition as one send. */
  async send(partition: number, values: readonly (string | null)[]): Promise<void> {
    this.sends += 1;
    const headers = { [headerNames.sendId]: `send-${this.sends}` };
    await this.#producer.send({
      topic: this.#topic,
      messages: values.map((value) => ({ partition, value, headers })),
    });
  }

  async disconnect(): Promise<void> {
    await this.#producer.disconnect();
  }
}
