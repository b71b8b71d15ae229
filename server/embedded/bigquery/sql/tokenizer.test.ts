import { describe, expect, it } from "vitest";
import { SqlError } from "./position.ts";
import { tokenize } from "./tokenizer.ts";

function kinds(source: string): string[] {
  return tokenize(source).map((token) => `${token.kind}:${token.text}`);
}

describe("the tokenizer", () => {
  it("reads every lexical form", () => {
    expect(kinds("SELECT `a b`, 'x', b'\\x01', 1, 1.5e3, @p, ? -- end")).toEqual([
      "word:SELECT",
      "quoted:a b",
      "symbol:,",
      "string:x",
      "symbol:,",
      "bytes:01",
      "symbol:,",
      "integer:1",
      "symbol:,",
      "float:1.5e3",
      "symbol:,",
      "parameter:p",
      "symbol:,",
      "positional:?",
      "end:",
    ]);
  });

  it("leaves out all three kinds of comments, and keeps their marks inside strings", () => {
    expect(kinds("# one\n/* two\n*/ 1 -- three")).toEqual(["integer:1", "end:"]);
    expect(kinds("'--' '#'")).toEqual(["string:--", "string:#", "end:"]);
  });

  it("reads raw, triple-quoted and escaped strings", () => {
    expect(kinds("r'\\n'")[0]).toBe("string:\\n");
    expect(kinds('"""a"b\nc"""')[0]).toBe('string:a"b\nc');
    expect(kinds("'\\u00e9\\t\\101\\''")[0]).toBe("string:é\tA'");
  });

  it.each(["'a", "`a", "'\\q'", "1a", "$", "@@x", "@{x=1}", "``"])("refuses %s", (source) => {
    expect(() => tokenize(source)).toThrow(SqlError);
  });
});
