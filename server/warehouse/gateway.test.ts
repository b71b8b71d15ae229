import { expect, test, vi } from "vitest";
import { DedupscopeError } from "../shared/errors.ts";
import { isRetriable, withDeadline } from "./gateway.ts";

test("a call that is never answered ends at its deadline with a message that says which call", async () => {
  vi.useFakeTimers();
  const never = new Promise<string>(() => undefined);
  const outcome = withDeadline("totals", 5_000, never).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  expect(await outcome).toBe('the warehouse did not answer "totals" within 5000 ms');
});

test("an answer in time is passed on", async () => {
  await expect(withDeadline("totals", 5_000, Promise.resolve(7))).resolves.toBe(7);
});

test("lost answers and overload are asked again, refusals are not", () => {
  expect(isRetriable(new DedupscopeError("warehouse-unreachable", "late", { retriable: true }))).toBe(true);
  for (const code of [429, 503, "ECONNREFUSED", "ECONNRESET"]) expect(isRetriable({ code })).toBe(true);
  for (const code of [400, 401, 403, 404, 409]) expect(isRetriable({ code })).toBe(false);
});
