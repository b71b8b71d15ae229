import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDate,
  formatTimestamp,
  parseDate,
  parseDatetime,
  parseTime,
  parseTimestamp,
  timestampMax,
  timestampMin,
} from "./times.ts";

describe("dates and times as text", () => {
  it("keep every microsecond of the years 1 to 9999 through text and back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: timestampMin, max: timestampMax }), (micros) => {
        expect(parseTimestamp(formatTimestamp(micros))).toBe(micros);
      }),
    );
  });

  it.each([
    ["2024-01-02", "2024-01-02 00:00:00"],
    ["2024-1-2 3:4:5", "2024-01-02 03:04:05"],
    ["2024-01-02T03:04:05.678901Z", "2024-01-02 03:04:05.678901"],
    ["2024-01-02 03:04:05.5 UTC", "2024-01-02 03:04:05.500000"],
    ["2024-01-02 03:04:05+02", "2024-01-02 01:04:05"],
    ["2024-01-02 03:04:05-08:30", "2024-01-02 11:34:05"],
    ["0001-01-01", "0001-01-01 00:00:00"],
    ["2024-01-02 03:04:05 UTC+1:30", "2024-01-02 01:34:05"],
    ["2024-07-02 03:04:05 America/New_York", "2024-07-02 07:04:05"],
    // Clocks went from 2:00 to 3:00, and from 2:00 back to 1:00: the offset before the change counts.
    ["2016-03-13 02:30:00 America/Los_Angeles", "2016-03-13 10:30:00"],
    ["2016-11-06 01:30:00 America/Los_Angeles", "2016-11-06 08:30:00"],
  ])("read the timestamp %s", (text, canonical) => {
    expect(formatTimestamp(parseTimestamp(text))).toBe(canonical);
  });

  it.each([
    "2024-02-30",
    "2024-13-01",
    "0000-01-01",
    "2024-01-02 24:00:00",
    "2024-01-02 10:00",
    "2024-01-02 Europe/Atlantis",
    "2024-01-02 PST",
    "2024-01-02 03:04:05+15",
    "2024-01-02T",
    "today",
    "2024-01-02 03:04:05.1234567",
    "0001-01-01 00:00:00+02",
  ])("refuse the timestamp %s", (text) => {
    expect(() => parseTimestamp(text)).toThrow(RangeError);
  });

  it("know dates before 1970 and leap years", () => {
    expect(parseDate("1969-12-31")).toBe(-1n);
    expect(formatDate(parseDate("2000-02-29"))).toBe("2000-02-29");
    expect(() => parseDate("1900-02-29")).toThrow(RangeError);
    expect(() => parseDate("2024-01-01 00:00:00")).toThrow(RangeError);
    expect(() => parseDatetime("2024-01-01 00:00:00Z")).toThrow(RangeError);
    expect(parseTime("23:59:59.999999")).toBe(86_399_999_999n);
  });
});
