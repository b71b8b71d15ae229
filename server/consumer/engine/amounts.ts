import { consumerLimits } from "../limits.ts";
import { viewOf } from "./view.ts";

const zero = "0".charCodeAt(0);
const dot = ".".charCodeAt(0);

/**
 * An amount's ASCII bytes from `start` to `end` in minor units: `12.34` with 2 decimals → 1234; NaN for anything but an
 * exact amount within the limit. Zeros beyond the decimals pass.
 */
export function minorUnitsAt(bytes: DataView, place: { start: number; end: number }, decimals: number): number {
  const { start, end } = place;
  let minor = 0;
  let fraction = -1;
  for (let at = start; at < end; at++) {
    const code = bytes.getUint8(at);
    if (code === dot && fraction < 0 && at > start) {
      fraction = 0;
      continue;
    }
    const digit = code - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    if (fraction >= decimals) {
      if (digit !== 0) return Number.NaN;
      fraction += 1;
      continue;
    }
    if (fraction >= 0) fraction += 1;
    minor = minor * 10 + digit;
    if (minor > consumerLimits.amountMinorMax) return Number.NaN;
  }
  if (end === start || fraction === 0) return Number.NaN;
  minor *= 10 ** (decimals - Math.min(Math.max(fraction, 0), decimals));
  return minor > consumerLimits.amountMinorMax ? Number.NaN : minor;
}

/** The same of a text. */
export function minorUnits(amount: string, decimals: number): number {
  const bytes = viewOf(Buffer.from(amount));
  return minorUnitsAt(bytes, { start: 0, end: bytes.byteLength }, decimals);
}

/** The amount with exactly the currency's number of decimals. */
export function canonicalAmount(amount: string, amountMinor: number, decimals: number): string {
  const at = amount.indexOf(".");
  const fraction = at < 0 ? 0 : amount.length - at - 1;
  if (fraction === decimals && !amount.startsWith("00")) return amount;
  return (amountMinor / 10 ** decimals).toFixed(decimals);
}
