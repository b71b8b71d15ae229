import { expect, test } from "vitest";
import { decideRestart, restartPolicy } from "./restart-policy.ts";

test("the first restart follows within 100 ms, the next ones ever later up to a limit", () => {
  let deaths: readonly number[] = [];
  const delays: (number | null)[] = [];
  for (let nowMs = 0; delays.length < restartPolicy.restartsMax + 1; nowMs += 10) {
    const decision = decideRestart(deaths, nowMs, restartPolicy);
    deaths = decision.deathsAtMs;
    delays.push(decision.delayMs);
  }
  expect(delays[0]).toBeLessThanOrEqual(100);
  expect(delays).toEqual([20, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, null]);
});

test("deaths that are long ago do not count", () => {
  const decision = decideRestart([0, 1, 2, 3, 4, 5, 6, 7], restartPolicy.withinMs + 7, restartPolicy);
  expect(decision).toEqual({ deathsAtMs: [restartPolicy.withinMs + 7], delayMs: restartPolicy.firstDelayMs });
});
