import { expect, test } from "vitest";
import { producerConfigEntries } from "./config-entries.ts";

const kafka = {
  brokers: ["a:1", "b:2"],
  ssl: true,
  sasl: { mechanism: "plain", username: "u", password: "hidden" },
} as const;

const entries = (idempotent: boolean) =>
  new Map(
    producerConfigEntries({ idempotent, kafka, requestTimeoutMs: 1_000 }).map(({ name, ...rest }) => [name, rest]),
  );

test("the panel shows what is really set, what kafkajs makes of it, and no secret", () => {
  const on = entries(true);
  expect(on.get("bootstrap.servers")?.value).toBe("a:1,b:2");
  expect(on.get("enable.idempotence")).toMatchObject({ value: "true" });
  expect(on.get("maxInFlightRequests")).toMatchObject({ value: "5", note: expect.stringContaining("one") as string });
  expect(on.get("retries")?.value).toBe("2147483647");
  expect(on.get("retry.backoff.ms")?.value).toBe("100");
  expect(on.get("retry.backoff.max.ms")?.value).toBe("1000");
  expect(on.get("requestTimeout")?.value).toBe("1000 ms");
  expect(on.get("acks")?.value).toBe("-1");
  expect(on.get("security")?.value).toBe("TLS, PLAIN");
  expect(JSON.stringify([...on])).not.toContain("hidden");
  expect(entries(false).get("enable.idempotence")?.note).toContain("producer id -1");
});
