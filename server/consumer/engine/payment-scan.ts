import { currencies, currencyDecimals } from "#contract/money.ts";
import { consumerLimits } from "../limits.ts";
import { minorUnitsAt } from "./amounts.ts";
import { epochMsAt, fullTimeLength } from "./event-time.ts";
import { uuidLength, writeUuidAt, type KeyWords } from "./keys.ts";

interface Span {
  start: number;
  end: number;
}

const quote = '"'.charCodeAt(0);
const backslash = "\\".charCodeAt(0);
const space = " ".charCodeAt(0);
const colon = ":".charCodeAt(0);
const comma = ",".charCodeAt(0);
const openBrace = "{".charCodeAt(0);
const closeBrace = "}".charCodeAt(0);
const firstBeyondAscii = 0x80;
/** Each of the four bytes of a word. */
const everyOne = 0x01010101;
const everySpace = space * everyOne;
const everyQuote = quote * everyOne;
const everyBackslash = backslash * everyOne;
const everyHighBit = 0x80808080;

/** The fields in the order in which they are expected; they may come in any. */
const names = ["transaction_id", "customer_id", "merchant_id", "amount", "currency", "event_time"] as const;
const [idField, customerField, merchantField, amountField, currencyField, timeField] = names.keys() as unknown as [
  ...(readonly [number, number, number, number, number, number]),
];
const allSeen = 2 ** names.length - 1;
const nameTexts = names.map((name) => textOf(name));
/** From a name's first letter to the first one of its value, in compact JSON. */
const openings = names.map((name) => textOf(`${name}":"`));
const currencyTexts = currencies.map((currency) => textOf(currency));
const decimalsOf = currencies.map((currency) => currencyDecimals[currency]);

/**
 * Reads payments in place, as nearly all are written: an object of plain strings in ASCII, a lower-case UUID as
 * id, a time with milliseconds. It makes no object and no string, which JSON.parse does for every field.
 */
export class PaymentScanner {
  /** Of the payment that was scanned last, with its index in contract/money.ts's list of currencies. */
  eventTimeMs = 0;
  amountMinor = 0;
  currency = 0;
  readonly #starts = new Int32Array(names.length);
  readonly #ends = new Int32Array(names.length);

  /**
   * The payment in `bytes` from `start` to `end`; its key goes into row `row` of `keys`. True: it is what decodeRecord
   * would read. False says nothing but that decodeRecord must decide.
   */
  scan(bytes: DataView, { start, end }: Readonly<Span>, { keys, row }: { keys: KeyWords; row: number }): boolean {
    if (!this.#findFields(bytes, start, end)) return false;
    if (this.#length(idField) !== uuidLength || !writeUuidAt(bytes, this.#start(idField), keys, row)) return false;
    if (!isNameLength(this.#length(customerField)) || !isNameLength(this.#length(merchantField))) return false;
    this.currency = currencyAt(bytes, this.#start(currencyField), this.#length(currencyField));
    const decimals = decimalsOf[this.currency];
    if (decimals === undefined) return false;
    const amount = { start: this.#start(amountField), end: this.#start(amountField) + this.#length(amountField) };
    this.amountMinor = minorUnitsAt(bytes, amount, decimals);
    if (!(this.amountMinor > 0)) return false;
    if (this.#length(timeField) !== fullTimeLength) return false;
    this.eventTimeMs = epochMsAt(bytes, this.#start(timeField));
    return this.eventTimeMs >= 0;
  }

  /** Notes the places of all known fields; false when one is missing or the object is not of the usual kind. */
  #findFields(bytes: DataView, start: number, end: number): boolean {
    const last = end - 1;
    if (last <= start || bytes.getUint8(start) !== openBrace || bytes.getUint8(last) !== closeBrace) return false;
    let seen = 0;
    let expected = 0;
    // `last` is the brace: no look at a single byte goes beyond it, and there it is nothing that is expected.
    for (let at = start + 1; at < last; at++) {
      if (bytes.getUint8(at) === space) at += 1;
      if (bytes.getUint8(at) !== quote) return false;
      at += 1;
      let field = expected;
      const opening = openings[expected];
      if (opening !== undefined && at + opening.length < last && isAt(bytes, at, opening)) at += opening.length;
      else {
        const nameEnd = plainEnd(bytes, at, last);
        if (nameEnd < 0 || nameEnd + 2 >= last || bytes.getUint8(nameEnd + 1) !== colon) return false;
        field = fieldAt(bytes, at, nameEnd - at);
        at = bytes.getUint8(nameEnd + 2) === space ? nameEnd + 3 : nameEnd + 2;
        if (bytes.getUint8(at) !== quote) return false;
        at += 1;
      }
      const valueEnd = plainEnd(bytes, at, last);
      if (valueEnd < 0) return false;
      if (field >= 0) {
        // A field that comes twice counts as it did last, as for JSON.parse.
        seen |= 1 << field;
        this.#starts[field] = at;
        this.#ends[field] = valueEnd;
        expected = field + 1;
      }
      at = valueEnd + 1;
      if (at === last) return seen === allSeen;
      if (bytes.getUint8(at) !== comma) return false;
    }
    return false;
  }

  #start(field: number): number {
    return this.#starts[field] ?? 0;
  }

  #length(field: number): number {
    return (this.#ends[field] ?? 0) - (this.#starts[field] ?? 0);
  }
}

/**
 * Where a string ends that needs no decoding; −1 when it does, or does not end before `limit`. Four bytes at a time: of a
 * quote, a backslash, anything below the space and anything beyond ASCII the high bit comes out set, and in the bytes
 * before the first of them it does not.
 */
function plainEnd(bytes: DataView, from: number, limit: number): number {
  let at = from;
  for (; at + 4 <= limit; at += 4) {
    const word = bytes.getInt32(at, true);
    const quoted = word ^ everyQuote;
    const escaped = word ^ everyBackslash;
    const below = ((word - everySpace) & ~word) | ((quoted - everyOne) & ~quoted) | ((escaped - everyOne) & ~escaped);
    const found = (below | word) & everyHighBit;
    if (found === 0) continue;
    at += (31 - Math.clz32(found & -found)) >> 3;
    return bytes.getUint8(at) === quote ? at : -1;
  }
  for (; at < limit; at++) {
    const code = bytes.getUint8(at);
    if (code === quote) return at;
    if (code < space || code === backslash || code >= firstBeyondAscii) return -1;
  }
  return -1;
}

/** Number of a known field, or −1. */
function fieldAt(bytes: DataView, start: number, length: number): number {
  return nameTexts.findIndex((name) => name.length === length && isAt(bytes, start, name));
}

function currencyAt(bytes: DataView, start: number, length: number): number {
  for (let index = 0; index < currencyTexts.length; index++) {
    const text = currencyTexts[index];
    if (text?.length === length && isAt(bytes, start, text)) return index;
  }
  return -1;
}

function isNameLength(length: number): boolean {
  return length > 0 && length <= consumerLimits.nameLengthMax;
}

/** ASCII text in words of four bytes, to compare with, and the bytes that are left over. */
interface Text {
  readonly length: number;
  readonly words: Int32Array;
  readonly rest: Uint8Array;
}

function textOf(text: string): Text {
  const bytes = Buffer.from(text);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readInt32LE(index * 4));
  return { length: bytes.length, words, rest: bytes.subarray(words.length * 4) };
}

/** Whether `text` stands at `start`; the bytes must reach that far. */
function isAt(bytes: DataView, start: number, { words, rest }: Text): boolean {
  const restStart = start + words.length * 4;
  for (let index = 0; index < words.length; index++)
    if (bytes.getInt32(start + index * 4, true) !== words[index]) return false;
  for (let index = 0; index < rest.length; index++) if (bytes.getUint8(restStart + index) !== rest[index]) return false;
  return true;
}
