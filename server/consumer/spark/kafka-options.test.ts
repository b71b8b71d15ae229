import { expect, test } from "vitest";
import { kafkaOptions } from "./kafka-options.ts";

test("a plain connection needs the brokers only", () => {
  expect(kafkaOptions({ brokers: ["a:1", "b:2"], ssl: false, sasl: null }, "PEM")).toEqual({
    "kafka.bootstrap.servers": "a:1,b:2",
    "kafka.security.protocol": "PLAINTEXT",
  });
});

test("credentials go to the login module of their mechanism, quoted", () => {
  const sasl = { mechanism: "scram-sha-512", username: "demo", password: 'a"b\\c' } as const;
  expect(kafkaOptions({ brokers: ["a:1"], ssl: true, sasl }, null)).toEqual({
    "kafka.bootstrap.servers": "a:1",
    "kafka.security.protocol": "SASL_SSL",
    "kafka.sasl.mechanism": "SCRAM-SHA-512",
    "kafka.sasl.jaas.config":
      'org.apache.kafka.common.security.scram.ScramLoginModule required username="demo" password="a\\"b\\\\c";',
  });
  const plain = kafkaOptions({ brokers: ["a:1"], ssl: false, sasl: { ...sasl, mechanism: "plain" } }, null);
  expect(plain["kafka.security.protocol"]).toBe("SASL_PLAINTEXT");
  expect(plain["kafka.sasl.jaas.config"]).toContain("plain.PlainLoginModule");
});

test("authorities that Node was told to trust are trusted by Java, too", () => {
  expect(kafkaOptions({ brokers: ["a:1"], ssl: true, sasl: null }, "PEM")).toMatchObject({
    "kafka.ssl.truststore.type": "PEM",
    "kafka.ssl.truststore.certificates": "PEM",
  });
});
