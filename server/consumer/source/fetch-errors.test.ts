import { expect, test } from "vitest";
import { refusalOf } from "./fetch-errors.ts";

test("what waiting does not change is refused, by kafkajs's name and by the number on the wire", () => {
  const byName = refusalOf("payments", { type: "TOPIC_AUTHORIZATION_FAILED" });
  expect(byName).toMatchObject({ code: "broker-refused" });
  expect(byName?.message).toBe("payments: this consumer may not read the topic: allow it READ and DESCRIBE there");
  expect(refusalOf("payments", { code: 29 })?.message).toBe(byName?.message);
  expect(refusalOf("payments", { type: "SASL_AUTHENTICATION_FAILED" })?.message).toContain("check user name, password");
});

test.each([-1, 0, 1, 3, 5, 6, 9, 56, 74, 75, 78])("the error %i is waited for", (code) => {
  expect(refusalOf("payments", { code })).toBeNull();
});

test("an error without a name is waited for", () => {
  expect(refusalOf("payments", { type: null })).toBeNull();
});
