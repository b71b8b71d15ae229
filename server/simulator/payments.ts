import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { skipN } from "pure-rand/utils/skipN";
import { v7 as uuidV7 } from "uuid";
import type { GeneratorPosition, Intent } from "../ledger/intents-types.ts";
import { categoryAt, customerCount, customerId, fromUsCents, homeCurrency, merchantId } from "./catalogue.ts";

/** The first numbers after seeding resemble the seed. */
const skippedAfterSeeding = 32;

export function startGenerator(seed: number): GeneratorPosition {
  const random = xoroshiro128plus(seed);
  skipN(random, skippedAfterSeeding);
  return { seed, state: random.getState() };
}

/**
 * The next `count` payments from a position, all made at `nowMs`. The same position and time give the same payments;
 * the same position alone gives the same customers, merchants, amounts and random parts of the ids.
 */
export function makePayments(
  position: GeneratorPosition,
  options: { readonly count: number; readonly afterSequence: number; readonly nowMs: number },
): { readonly payments: readonly Intent[]; readonly position: GeneratorPosition } {
  const random = xoroshiro128plusFromState(position.state);
  const payments: Intent[] = [];
  for (let index = 1; index <= options.count; index++)
    payments.push(makePayment(random, options.afterSequence + index, options.nowMs));
  return { payments, position: { seed: position.seed, state: random.getState() } };
}

function makePayment(random: RandomGenerator, sequence: number, nowMs: number): Intent {
  const customer = skewed(random, 0, customerCount - 1);
  const currency = homeCurrency(customer);
  const category = categoryAt(uniformInt(random, 0, 99));
  const merchant = uniformInt(random, 0, category.merchants - 1);
  return {
    sequence,
    customerId: customerId(customer),
    merchantId: merchantId(category, merchant),
    amountMinor: BigInt(fromUsCents(skewed(random, category.minimum, category.maximum), currency)),
    currency,
    eventTimeMs: nowMs,
    transactionId: uuidV7({ msecs: nowMs, random: randomBytes(random) }),
  };
}

/** Small values more often than large ones: a few customers buy most, and most purchases are small. */
function skewed(random: RandomGenerator, from: number, to: number): number {
  return Math.min(uniformInt(random, from, to), uniformInt(random, from, to));
}

function randomBytes(random: RandomGenerator): Uint8Array {
  const words = Int32Array.of(random.next(), random.next(), random.next(), random.next());
  return new Uint8Array(words.buffer);
}
