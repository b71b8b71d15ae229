import fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs } from "./event-time.ts";

test("every time that JavaScript prints is read as JavaScript reads it", () => {
  const date = fc.date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (time) => {
      expect(epochMs(time.toISOString())).toBe(time.getTime());
    }),
  );
});

test.each(["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.25Z", "2024-02-29T00:00:00.000Z"])(
  "%s is a time",
  (text) => expect(epochMs(text)).toBe(Date.parse(text)),
);

test.each([
  "2026-02-29T00:00:00.000Z",
  "2100-02-29T00:00:00.000Z",
  "2026-04-31T00:00:00.000Z",
  "2026-13-01T00:00:00.000Z",
  "2026-00-01T00:00:00.000Z",
  "2026-01-00T00:00:00.000Z",
  "2026-01-01T24:00:00.000Z",
  "2026-01-01T00:60:00.000Z",
  "2026-01-01T00:00:60.000Z",
  "2026-01-01T00:00:00.000+",
  "2026-01-01 00:00:00.000Z",
  "2026-01-01T00:00:00,000Z",
  "2026-01-01T00:00:00.00aZ",
  "+02026-01-01T00:00:00.00",
  "2026-01-01T00:00:00.0000Z",
  "2026-01-01",
  "",
])("%j is none", (text) => expect(epochMs(text)).toBeNaN());
