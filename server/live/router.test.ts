import { expect, test } from "vitest";
import { matchRoute } from "./router.ts";

test("a path with a name in it gives the name, decoded", () => {
  expect(matchRoute("POST", "/api/faults/acknowledgement-lost")).toMatchObject({
    path: { kind: "acknowledgement-lost" },
    route: { controls: true },
  });
  expect(matchRoute("GET", "/api/payments/a%20b")).toMatchObject({ path: { transactionId: "a b" } });
});

test("an unknown path matches nothing, a known one with another method names the methods that it takes", () => {
  expect(matchRoute("GET", "/api/nothing")).toBeUndefined();
  expect(matchRoute("GET", "/api/payments/")).toBeUndefined();
  expect(matchRoute("DELETE", "/api/faults")).toEqual(["GET"]);
  expect(matchRoute("DELETE", "/api/runs")).toEqual(["GET", "POST"]);
});

test("broken percent-encoding is the caller's mistake", () => {
  expect(() => matchRoute("GET", "/api/payments/%zz")).toThrow("%zz");
});

test("everything that changes something says so", () => {
  for (const [method, path] of [
    ["PUT", "/api/simulator"],
    ["PUT", "/api/lanes/protected/protections"],
    ["POST", "/api/runs"],
    ["POST", "/api/faults/x"],
  ] as const) {
    expect(matchRoute(method, path)).toMatchObject({ route: { controls: true } });
  }
});
