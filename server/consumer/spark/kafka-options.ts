import type { KafkaConnection } from "#server/shared/connections.ts";

/** A connection in the words of Spark's Kafka source: properties of the Java client behind `kafka.`. */
export function kafkaOptions({ brokers, ssl, sasl }: KafkaConnection): Readonly<Record<string, string>> {
  const options = {
    "kafka.bootstrap.servers": brokers.join(","),
    "kafka.security.protocol": `${sasl === null ? "" : "SASL_"}${ssl ? "SSL" : "PLAINTEXT"}`,
  };
  if (sasl === null) return options;
  const login = sasl.mechanism === "plain" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  const credentials = `username=${quoted(sasl.username)} password=${quoted(sasl.password)}`;
  return {
    ...options,
    "kafka.sasl.mechanism": sasl.mechanism.toUpperCase(),
    "kafka.sasl.jaas.config": `org.apache.kafka.common.security.${login} required ${credentials};`,
  };
}

/** As Java's StreamTokenizer reads a string. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
