import type { Currency } from "#contract/money.ts";

/** How many customers buy; a customer keeps one currency, so a charge made twice hurts one account. */
export const customerCount = 400;

/** Home currencies of twenty customers in a row: 60 % USD, 25 % EUR, 15 % JPY. */
const homeCurrencies: readonly Currency[] = [
  ...Array.from({ length: 12 }, () => "USD" as const),
  ...Array.from({ length: 5 }, () => "EUR" as const),
  ...Array.from({ length: 3 }, () => "JPY" as const),
];

/** A kind of merchant: US cents from `minimum` to `maximum`, and how many of 100 payments go there. */
export interface MerchantCategory {
  readonly name: string;
  readonly merchants: number;
  readonly weight: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const merchantCategories: readonly MerchantCategory[] = [
  { name: "coffee", merchants: 8, weight: 24, minimum: 280, maximum: 1_450 },
  { name: "grocery", merchants: 10, weight: 27, minimum: 450, maximum: 18_900 },
  { name: "restaurant", merchants: 9, weight: 18, minimum: 1_200, maximum: 14_500 },
  { name: "fuel", merchants: 5, weight: 12, minimum: 1_500, maximum: 9_800 },
  { name: "clothing", merchants: 6, weight: 10, minimum: 1_900, maximum: 39_900 },
  { name: "electronics", merchants: 4, weight: 6, minimum: 2_900, maximum: 249_900 },
  { name: "travel", merchants: 3, weight: 3, minimum: 8_900, maximum: 489_000 },
];

export function customerId(customer: number): string {
  return `customer-${String(customer + 1).padStart(4, "0")}`;
}

export function homeCurrency(customer: number): Currency {
  return homeCurrencies[customer % homeCurrencies.length] ?? "USD";
}

export function merchantId(category: MerchantCategory, merchant: number): string {
  return `${category.name}-${String(merchant + 1).padStart(2, "0")}`;
}

/** The category in which the `point`-th of 100 payments falls; `point` from 0 to 99. */
export function categoryAt(point: number): MerchantCategory {
  let below = 0;
  for (const category of merchantCategories) {
    below += category.weight;
    if (point < below) return category;
  }
  throw new Error(`no merchant category at ${String(point)}: the weights must add up to 100`);
}

/** What an amount of US cents is in minor units of a currency, at fixed rates: 0.92 EUR and 150 JPY for a dollar. */
export function fromUsCents(cents: number, currency: Currency): number {
  if (currency === "USD") return cents;
  if (currency === "EUR") return Math.round((cents * 92) / 100);
  // Prices in yen rarely end in anything but a zero.
  return Math.round((cents * 150) / 1_000) * 10;
}
