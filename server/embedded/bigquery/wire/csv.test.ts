import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvError, parseCsv } from "./csv.ts";

const options = { delimiter: ",", quote: '"', allowQuotedNewlines: true };

describe("CSV", () => {
  it("gives back every text that was quoted", () => {
    const line = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const text = lines
          .map((fields) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(","))
          .join("\r\n");
        expect(parseCsv(text, options).map((record) => record.fields.map((field) => field.text))).toEqual(lines);
      }),
    );
  });

  it("tells an empty field from a quoted empty text", () => {
    expect(parseCsv('a,,""\n', options)[0]?.fields).toEqual([
      { text: "a", isQuoted: false },
      { text: "", isQuoted: false },
      { text: "", isQuoted: true },
    ]);
  });

  it("counts the lines that quoted fields span", () => {
    expect(parseCsv('"a\nb",1\n\nc,2', options).map((record) => record.line)).toEqual([1, 4]);
  });

  it("names the line of a quote that is not closed, and of data after a quote", () => {
    expect(() => parseCsv('a\n"b', options)).toThrow(expect.objectContaining({ line: 2 }) as CsvError);
    expect(() => parseCsv('"a"b', options)).toThrow(CsvError);
    expect(() => parseCsv('"a\nb"', { ...options, allowQuotedNewlines: false })).toThrow("newline");
  });
});
