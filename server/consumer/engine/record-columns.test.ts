import fc from "fast-check";
import { expect, test } from "vitest";
import { currencies } from "#contract/money.ts";
import { writeKey } from "./keys.ts";
import { RecordColumns } from "./record-columns.ts";
import { PaymentScanner } from "./payment-scan.ts";
import { decodeRecord, type DecodedRow } from "./records.ts";
import { viewOf } from "./view.ts";

const good = {
  transaction_id: "01890000-0000-7000-8000-000000000001",
  customer_id: "c1",
  merchant_id: "m1",
  amount: "12.50",
  currency: "EUR",
  event_time: "2026-03-01T12:00:00.123Z",
};

/** The value in row 1, in the middle of other bytes, as it lies in an answer; a payment comes before it. */
function columnsOf(value: Buffer): RecordColumns {
  const before = Buffer.from(JSON.stringify(good));
  const bytes = Buffer.concat([before, Buffer.from('{"'), value, Buffer.from('"}')]);
  const start = before.length + 2;
  const records = new RecordColumns();
  records.add(3, { offset: 6, bytes, valueStart: 0, valueEnd: before.length, sendId: "s" });
  records.add(3, { offset: 7, bytes, valueStart: start, valueEnd: start + value.length, sendId: "s" });
  return records;
}

interface Read {
  readonly row: DecodedRow;
  readonly payment: { readonly key: readonly number[]; timeMs: number; minor: number; currency: string } | null;
}

/** As the columns have it. */
function byColumns(value: Buffer): Read {
  const records = columnsOf(value);
  const payment = {
    key: Array.from(records.keys.subarray(4, 8)),
    timeMs: records.eventTimesMs[1] ?? -1,
    minor: records.amountsMinor[1] ?? -1,
    currency: currencies[records.currencies[1] ?? -1] ?? "",
  };
  return { row: records.row(1), payment: records.isPayment(1) ? payment : null };
}

/** As the decoding has it. */
function byDecoding(value: Buffer): Read {
  const row = decodeRecord({ partition: 3, offset: 7, value, sendId: "s" });
  if (row.kind === "unusable") return { row, payment: null };
  const keys = new Uint32Array(4);
  writeKey(row.transactionId, keys, 0);
  const { eventTimeMs: timeMs, amountMinor: minor, currency } = row;
  return { row, payment: { key: Array.from(keys), timeMs, minor, currency } };
}

const awkward = fc.constantFrom(
  "",
  "\u0000",
  "\n",
  '"',
  "\\",
  "ü",
  "\u{1f4b6}",
  "\u007f",
  "x".repeat(256),
  "x".repeat(257),
  "abc\\u0041",
  good.transaction_id.toUpperCase(),
  "01890000-0000-7000-8000-00000000000g",
  "500",
  "500.000",
  "0.00",
  "99999999999.99",
  "JPY",
  "USD",
  "2026-02-30T00:00:00.000Z",
  "1969-12-31T23:59:59.999Z",
  "2026-03-01T12:00:00Z",
);
const fieldValue = fc.oneof(awkward, fc.string(), fc.integer(), fc.constant(null), fc.constant({ amount: "1.00" }));
const fields = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...Object.keys(good), "note"), fc.string()), fieldValue), {
  maxLength: 3,
});
/** How a JSON text may be spelled otherwise; some make it none. */
const respelled = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.replaceAll(",", ", ").replaceAll(":", ": "),
  (text) => text.replace("{", "{ "),
  (text) => text.replace("}", " }"),
  (text) => text.replace('"c1"', '"\\u0063\\u0031"'),
  (text) => text.replace('"c1"', '"c1","customer_id":"c2"'),
  (text) => text.replace('"c1"', '"c\t1"'),
  (text) => text.replace(",", ",,"),
  (text) => text.slice(0, -1),
  (text) => `${text}}`,
  (text) => text.replace(":", "::"),
);

test("whatever a record holds, its columns are what its decoding says", () => {
  fc.assert(
    fc.property(fields, respelled, fc.boolean(), (changes, respell, isFirst) => {
      const changed = Object.fromEntries(isFirst ? [...changes, ...Object.entries(good)] : Object.entries(good));
      const value = isFirst ? changed : { ...changed, ...Object.fromEntries(changes) };
      const bytes = Buffer.from(respell(JSON.stringify(value)));
      expect(byColumns(bytes)).toEqual(byDecoding(bytes));
    }),
    { numRuns: 3_000 },
  );
});

test("a text with any byte changed is read like the decoding reads it", () => {
  const text = Buffer.from(JSON.stringify({ ...good, note: "plain" }));
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(text);
      changed[at] = byte;
      expect(byColumns(changed)).toEqual(byDecoding(changed));
    }),
    { numRuns: 3_000 },
  );
});

test("a text that is cut anywhere is read like the decoding reads it", () => {
  const text = Buffer.from(JSON.stringify(good));
  for (let end = 0; end <= text.length; end++) {
    for (const cut of [text.subarray(0, end), Buffer.concat([text.subarray(0, end), Buffer.from("}")])])
      expect(byColumns(cut)).toEqual(byDecoding(cut));
  }
});

test("the usual payment is scanned, with its fields in any order and with others among them", () => {
  const scanner = new PaymentScanner();
  const entries = Object.entries(good);
  for (const shifted of entries.keys()) {
    const order = [...entries.slice(shifted), ["note", "n"], ...entries.slice(0, shifted)];
    const bytes = Buffer.from(JSON.stringify(Object.fromEntries(order)));
    const place = { start: 0, end: bytes.length };
    expect(scanner.scan(viewOf(bytes), place, { keys: new Uint32Array(4), row: 0 })).toBe(true);
    expect(scanner).toMatchObject({ amountMinor: 1250, currency: 1, eventTimeMs: Date.parse(good.event_time) });
  }
});

test("columns grow, and keep the bytes and the send of each record when they are appended to others", () => {
  const records = new RecordColumns(1);
  const values = Array.from({ length: 1_000 }, (_, index) => Buffer.from(`{"n":${index}}`));
  for (const [offset, bytes] of values.entries())
    records.add(1, { offset, bytes, valueStart: 0, valueEnd: bytes.length, sendId: `send-${offset >> 3}` });
  const others = new RecordColumns(1);
  others.append(records, 990, 1_000);
  others.append(records, 3, 5);
  expect(others.count).toBe(12);
  const rows = Array.from({ length: 12 }, (_, row) => others.row(row));
  expect(rows.map(({ offset, sendId, value }) => [offset, sendId, value?.toString()])).toEqual(
    [990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 3, 4].map((offset) => [
      offset,
      `send-${offset >> 3}`,
      `{"n":${offset}}`,
    ]),
  );
});

test("a record without a value is none that could be paid", () => {
  const records = new RecordColumns();
  records.add(0, { offset: 0, bytes: Buffer.alloc(0), valueStart: -1, valueEnd: -1, sendId: "" });
  expect([records.isPayment(0), records.value(0), records.valueBytes]).toEqual([false, null, 0]);
});
