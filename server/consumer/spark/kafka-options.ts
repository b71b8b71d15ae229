import { getCACertificates } from "node:tls";
import type { KafkaConnection } from "#server/shared/connections.ts";

/**
 * Java does not read NODE_EXTRA_CA_CERTS: where it adds authorities, everything that Node trusts, as PEM; null where Java's
 * own list will do.
 */
export function authoritiesForJava(): string | null {
  return getCACertificates("extra").length === 0 ? null : getCACertificates("default").join("\n");
}

/**
 * A connection in the words of Spark's Kafka source: properties of the Java client behind `kafka.`. `authorities` are the
 * certificates that TLS trusts, PEM; null: those that Java brings.
 */
export function kafkaOptions(
  { brokers, ssl, sasl }: KafkaConnection,
  authorities: string | null,
): Readonly<Record<string, string>> {
  const trust = { "kafka.ssl.truststore.type": "PEM", "kafka.ssl.truststore.certificates": authorities ?? "" };
  const options = {
    "kafka.bootstrap.servers": brokers.join(","),
    "kafka.security.protocol": `${sasl === null ? "" : "SASL_"}${ssl ? "SSL" : "PLAINTEXT"}`,
    ...(ssl && authorities !== null ? trust : {}),
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
