import { limits } from "#contract/limits.ts";

/** Rates that the buttons step through; any other can be typed. */
const rateSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, limits.ratePerSecondMax];

/** The next rate up or down; the same one at the end of the list. */
export function nextRate(rate: number, direction: 1 | -1): number {
  const found = direction === 1 ? rateSteps.find((step) => step > rate) : rateSteps.findLast((step) => step < rate);
  return found ?? rate;
}
