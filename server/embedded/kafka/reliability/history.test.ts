import { describe, expect, it } from "vitest";
import { History } from "./history.ts";

/** Worker 1 sends 0 (acknowledged), 1 (unknown), 2 (refused), 3 (acknowledged). */
function history(): History {
  const made = new History();
  for (let index = 0; index < 4; index += 1) made.intend(1, index);
  made.settle(["1:0", "1:3"], "ok");
  made.settle(["1:2"], "failed");
  return made;
}

const stored = (...values: string[]) => values.map((value) => ({ partition: 0, value }));
const NO_FAULT = { lost: 0, duplicated: 0, risen: 0, unexpected: 0, reordered: 0 };

describe("a run's judgement", () => {
  it("finds no fault whether an unknown value is stored or not", () => {
    expect(history().judge(stored("1:0", "1:3"))).toMatchObject({
      ...NO_FAULT,
      acknowledged: 2,
      failed: 1,
      unknown: 1,
    });
    expect(history().judge(stored("1:0", "1:1", "1:3"))).toMatchObject(NO_FAULT);
  });

  it.each([
    ["lost", stored("1:0")],
    ["duplicated", stored("1:0", "1:3", "1:3")],
    ["risen", stored("1:0", "1:2", "1:3")],
    ["unexpected", stored("1:0", "1:3", "9:9")],
    ["reordered", stored("1:3", "1:0")],
  ])("finds a value that is %s", (fault, values) => {
    expect(history().judge(values)).toMatchObject({ ...NO_FAULT, [fault]: 1 });
  });
});
