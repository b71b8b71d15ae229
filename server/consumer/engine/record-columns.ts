import { currencies } from "#contract/money.ts";
import { writeKey, type KeyWords } from "./keys.ts";
import { PaymentScanner } from "./payment-scan.ts";
import { decodeRecord, type DecodedRow } from "./records.ts";
import { viewOf } from "./view.ts";

/** Where a record stands; `valueStart` −1: it has no value. */
export interface RecordPlace {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The send that stored it, from the record's header; empty when it has none. */
  readonly sendId: string;
}

/** What many records share. */
interface Origin {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly sendId: string;
}

const unusableKind = 0;
const paymentKind = 1;
const capacityMin = 64;

/**
 * Records with what the rules need of them, one column each: an object and its strings for every record would cost more
 * than all the rest of the work on it. Whatever else a record says is read from its bytes when it is asked for.
 */
export class RecordColumns {
  count = 0;
  /** Bytes of all values. */
  valueBytes = 0;
  keys: KeyWords;
  /** Of a record that is no payment: 0. */
  eventTimesMs: Float64Array<ArrayBuffer>;
  amountsMinor: Float64Array<ArrayBuffer>;
  /** In contract/money.ts's list. */
  currencies: Uint8Array<ArrayBuffer>;
  partitions: Uint16Array<ArrayBuffer>;
  offsets: Float64Array<ArrayBuffer>;
  #kinds: Uint8Array<ArrayBuffer>;
  #valueStarts: Int32Array<ArrayBuffer>;
  #valueEnds: Int32Array<ArrayBuffer>;
  #originIndexes: Uint32Array<ArrayBuffer>;
  readonly #origins: Origin[] = [];
  #capacity: number;
  readonly #scanner = new PaymentScanner();

  /** `capacity`: as many records as are expected; it grows. */
  constructor(capacity = capacityMin) {
    this.#capacity = Math.max(capacity, capacityMin);
    this.keys = new Uint32Array(this.#capacity * 4);
    this.eventTimesMs = new Float64Array(this.#capacity);
    this.amountsMinor = new Float64Array(this.#capacity);
    this.currencies = new Uint8Array(this.#capacity);
    this.partitions = new Uint16Array(this.#capacity);
    this.offsets = new Float64Array(this.#capacity);
    this.#kinds = new Uint8Array(this.#capacity);
    this.#valueStarts = new Int32Array(this.#capacity);
    this.#valueEnds = new Int32Array(this.#capacity);
    this.#originIndexes = new Uint32Array(this.#capacity);
  }

  isPayment(row: number): boolean {
    return this.#kinds[row] === paymentKind;
  }

  add(partition: number, record: RecordPlace): void {
    if (this.count === this.#capacity) this.#grow(this.#capacity * 2);
    const row = this.count++;
    const { valueStart: start, valueEnd: end } = record;
    this.partitions[row] = partition;
    this.offsets[row] = record.offset;
    this.#valueStarts[row] = start;
    this.#valueEnds[row] = end;
    const originIndex = this.#originOf(record);
    this.#originIndexes[row] = originIndex;
    this.valueBytes += end - start;
    const scanner = this.#scanner;
    const view = this.#origins[originIndex]?.view;
    if (start >= 0 && view !== undefined && scanner.scan(view, { start, end }, { keys: this.keys, row })) {
      this.#kinds[row] = paymentKind;
      this.eventTimesMs[row] = scanner.eventTimeMs;
      this.amountsMinor[row] = scanner.amountMinor;
      this.currencies[row] = scanner.currency;
    } else this.#decode(row);
  }

  /** Forgets all records; their room stays. */
  clear(): void {
    this.count = 0;
    this.valueBytes = 0;
    this.#origins.length = 0;
  }

  /** Adds rows `from` to `to` (not included) of others. */
  append(others: RecordColumns, from: number, to: number): void {
    const row = this.count;
    const count = to - from;
    if (count === 0) return;
    if (row + count > this.#capacity) this.#grow(Math.max(this.#capacity * 2, row + count));
    this.keys.set(others.keys.subarray(from * 4, to * 4), row * 4);
    this.eventTimesMs.set(others.eventTimesMs.subarray(from, to), row);
    this.amountsMinor.set(others.amountsMinor.subarray(from, to), row);
    this.currencies.set(others.currencies.subarray(from, to), row);
    this.partitions.set(others.partitions.subarray(from, to), row);
    this.offsets.set(others.offsets.subarray(from, to), row);
    this.#kinds.set(others.#kinds.subarray(from, to), row);
    this.#valueStarts.set(others.#valueStarts.subarray(from, to), row);
    this.#valueEnds.set(others.#valueEnds.subarray(from, to), row);
    const firstOrigin = others.#originIndexes[from] ?? 0;
    const shift = this.#origins.length - firstOrigin;
    this.#origins.push(...others.#origins.slice(firstOrigin, (others.#originIndexes[to - 1] ?? 0) + 1));
    for (let index = 0; index < count; index++)
      this.#originIndexes[row + index] = (others.#originIndexes[from + index] ?? 0) + shift;
    this.count += count;
  }

  /** Everything that a record says. */
  row(row: number): DecodedRow {
    const value = this.value(row);
    const sendId = this.#origin(row).sendId;
    return decodeRecord({ partition: this.partitions[row] ?? 0, offset: this.offsets[row] ?? 0, value, sendId });
  }

  value(row: number): Buffer | null {
    const start = this.#valueStarts[row] ?? -1;
    return start < 0 ? null : this.#origin(row).bytes.subarray(start, this.#valueEnds[row]);
  }

  #decode(row: number): void {
    const decoded = this.row(row);
    this.#kinds[row] = decoded.kind === "payment" ? paymentKind : unusableKind;
    if (decoded.kind === "unusable") return;
    writeKey(decoded.transactionId, this.keys, row);
    this.eventTimesMs[row] = decoded.eventTimeMs;
    this.amountsMinor[row] = decoded.amountMinor;
    this.currencies[row] = currencies.indexOf(decoded.currency);
  }

  /** Records of one send in one answer follow each other. */
  #originOf({ bytes, sendId }: RecordPlace): number {
    const last = this.#origins.at(-1);
    if (last?.bytes !== bytes || last.sendId !== sendId)
      this.#origins.push({ bytes, view: last?.bytes === bytes ? last.view : viewOf(bytes), sendId });
    return this.#origins.length - 1;
  }

  #origin(row: number): Origin {
    const origin = this.#origins[this.#originIndexes[row] ?? -1];
    if (origin === undefined) throw new Error(`no row ${row} among ${this.count}`);
    return origin;
  }

  #grow(capacity: number): void {
    const grown = new RecordColumns(capacity);
    grown.append(this, 0, this.count);
    this.keys = grown.keys;
    this.eventTimesMs = grown.eventTimesMs;
    this.amountsMinor = grown.amountsMinor;
    this.currencies = grown.currencies;
    this.partitions = grown.partitions;
    this.offsets = grown.offsets;
    this.#kinds = grown.#kinds;
    this.#valueStarts = grown.#valueStarts;
    this.#valueEnds = grown.#valueEnds;
    this.#originIndexes = grown.#originIndexes;
    this.#capacity = capacity;
  }
}
