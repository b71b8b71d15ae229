import type { ConfigEntry } from "#contract/api.ts";
import type { KafkaConnection } from "../shared/connections.ts";
import { kafkaRetry } from "../shared/kafka-client.ts";
import { maxInFlightRequests } from "./producer-instance.ts";

/** The effective settings of one lane's producer, with what kafkajs 2.2.4 really does with each (ARCHITECTURE.md). */
export function producerConfigEntries(options: {
  readonly idempotent: boolean;
  readonly kafka: KafkaConnection;
  readonly requestTimeoutMs: number;
}): readonly ConfigEntry[] {
  const { idempotent, kafka, requestTimeoutMs } = options;
  return [
    entry("bootstrap.servers", kafka.brokers.join(",")),
    entry("security", `${kafka.ssl ? "TLS" : "plaintext"}, ${kafka.sasl?.mechanism.toUpperCase() ?? "no SASL"}`),
    entry(
      "enable.idempotence",
      idempotent,
      idempotent
        ? "kafkajs calls its idempotent mode experimental. It takes a producer id with InitProducerId and numbers the " +
            "records of each partition; it loses payments with several sends at once, so here one send is in flight."
        : "Every batch carries producer id -1, epoch 0 and base sequence 0: no broker can recognise a repeat.",
    ),
    entry(
      "maxInFlightRequests",
      maxInFlightRequests,
      "Idempotence allows 5 at most. kafkajs keeps one produce request per broker in flight in idempotent mode " +
        "whatever this says, and this program makes one send per lane at a time in both lanes.",
    ),
    entry(
      "retries",
      kafkaRetry.retries,
      "Set on the client and on the producer, because kafkajs's own default is 5. No delivery deadline bounds it " +
        "(the Java client has delivery.timeout.ms): a send is repeated until it is answered or refused for good.",
    ),
    entry("retry.backoff.ms", kafkaRetry.initialRetryTime, "The first wait, ±20%; doubled after every attempt."),
    entry("retry.backoff.max.ms", kafkaRetry.maxRetryTime),
    entry(
      "requestTimeout",
      `${requestTimeoutMs} ms`,
      "Holds for every request of the client and starts the protocol retry; kafkajs looks every 100 ms. The connection " +
        "stays open, and an answer that comes later is discarded.",
    ),
    entry("acks", "-1", "All in-sync replicas. kafkajs's idempotent mode refuses anything else."),
    entry("compression", "none", "So that the wire tap can read each batch's identity and headers."),
    entry(
      "partitioner",
      "from the plan",
      "Every message names its partition: kafkajs chooses anew on each retry for messages without key and partition.",
    ),
    entry(
      "timestamp",
      "event time",
      "Stamped once: kafkajs would stamp a retry anew, so that the same sequence carried other bytes.",
    ),
    entry(
      "after a final failure",
      "a new producer",
      "kafkajs would give the failed send's sequence to the next one, which would be acknowledged and lost.",
    ),
  ];
}

function entry(name: string, value: string | number | boolean, note: string | null = null): ConfigEntry {
  return { name, value: String(value), note };
}
