import type { Kafka } from "kafkajs";
import { v7 } from "uuid";

/** One payment of about 500 bytes as JSON; the padding stands for what a real record carries besides. */
export function paymentValue(options: {
  readonly sequence: number;
  readonly eventTimeMs: number;
  readonly id: string;
}) {
  const { sequence, eventTimeMs, id } = options;
  return JSON.stringify({
    transaction_id: id,
    customer_id: `customer-${sequence % 50_000}`,
    merchant_id: `merchant-${sequence % 500}`,
    amount: `${(sequence % 9_000) + 1}.25`,
    currency: sequence % 3 === 0 ? "EUR" : "USD",
    event_time: new Date(eventTimeMs).toISOString(),
    note: "x".repeat(300),
  });
}

const sendRows = 2_000;
/** Copies repeat one of so many payments before them. */
const recentMax = 5_000;

/** Stores `records` payments, a tenth of them copies of earlier ones, over `partitions`; event times end now. */
export async function producePayments(options: {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly records: number;
  readonly partitions: number;
}): Promise<void> {
  const { kafka, topic, records, partitions } = options;
  const producer = kafka.producer();
  await producer.connect();
  const startMs = Date.now() - records / 10;
  const recent: string[] = [];
  for (let sent = 0; sent < records; sent += sendRows * partitions) {
    const messages = [];
    for (let index = sent; index < Math.min(records, sent + sendRows * partitions); index++) {
      const original = recent[(index * 7) % recent.length];
      const isCopy = index % 10 === 9 && original !== undefined;
      const value = isCopy
        ? original
        : paymentValue({ sequence: index, eventTimeMs: startMs + Math.floor(index / 10), id: v7() });
      if (!isCopy) recent[(index - Math.floor(index / 10)) % recentMax] = value;
      messages.push({ partition: index % partitions, value });
    }
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
