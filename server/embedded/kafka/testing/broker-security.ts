/** TLS with a certificate of its own and SASL SCRAM for a real Apache Kafka in tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

export interface BrokerSecurity {
  /** PEM: whoever trusts it trusts the broker. */
  readonly certificate: string;
  readonly username: string;
  readonly password: string;
  /** Lines of server.properties. */
  readonly properties: Readonly<Record<string, string>>;
  /** What the storage tool must be told when the cluster is made. */
  readonly formatArguments: readonly string[];
}

const STORE_PASSWORD = "store-password";
const ALIAS = "broker";

/** Makes a key for 127.0.0.1 in `directory`, by the keytool that comes with Java. */
export async function makeBrokerSecurity(directory: string): Promise<BrokerSecurity> {
  const keystore = join(directory, "broker.p12");
  const certificate = join(directory, "broker.pem");
  const store = ["-keystore", keystore, "-storepass", STORE_PASSWORD, "-alias", ALIAS];
  const key = ["-keyalg", "EC", "-validity", "30", "-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1"];
  await runCommand("keytool", ["-genkeypair", "-storetype", "PKCS12", ...key, ...store]);
  await runCommand("keytool", ["-exportcert", "-rfc", "-file", certificate, ...store]);
  const username = "dedupscope";
  const password = "not-the-keystore's";
  return {
    certificate: readFileSync(certificate, "utf8"),
    username,
    password,
    properties: {
      "sasl.enabled.mechanisms": "SCRAM-SHA-512",
      "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config":
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      "ssl.keystore.type": "PKCS12",
      "ssl.keystore.location": keystore,
      "ssl.keystore.password": STORE_PASSWORD,
      "ssl.key.password": STORE_PASSWORD,
    },
    formatArguments: ["--add-scram", `SCRAM-SHA-512=[name=${username},password=${password}]`],
  };
}
