/** Regular expressions where DuckDB's functions answer otherwise. Google's reference implementation of GoogleSQL answered. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const page = "string_functions";

describe("regular expressions", () => {
  checkSemantics([
    gives(
      "SELECT REGEXP_EXTRACT('foo', r'(x)?foo'), REGEXP_EXTRACT('xfoo', r'(x)?foo'), REGEXP_EXTRACT('b', r'(?:(a)|b)'), REGEXP_EXTRACT('ab', r'(?P<n>a)?b'), REGEXP_EXTRACT(b'foo', rb'(x)?foo')",
      [null, "x", null, "a", null],
      `${page}#regexp_extract`,
    ),
    fails("SELECT REGEXP_EXTRACT('foo', r'(x*)?foo')", /refused/, `${page}#regexp_extract`),
    fails("SELECT REGEXP_EXTRACT('foo', r'(\\b)?foo')", /refused/, `${page}#regexp_extract`),
    fails("SELECT REGEXP_EXTRACT_ALL('foo', r'(x)?o')", /refused/, `${page}#regexp_extract_all`),
    gives(
      "SELECT REGEXP_EXTRACT('a1b22', r'\\d+', 3), REGEXP_EXTRACT('a1b22c333', r'[a-z](\\d+)', 2, 2), REGEXP_EXTRACT('a1', r'\\d', 5), REGEXP_EXTRACT('éa1', r'\\d', 3), REGEXP_EXTRACT('a1', r'\\d', NULL), REGEXP_SUBSTR(b'a1b2', rb'\\d', 1, 2)",
      ["22", "333", null, "1", null, "Mg=="],
      `${page}#regexp_extract`,
    ),
    fails("SELECT REGEXP_EXTRACT('a1', r'\\d', 0)", /must be positive/, `${page}#regexp_extract`),
    fails("SELECT REGEXP_EXTRACT('a1', r'\\d', 1, 0)", /must be positive/, `${page}#regexp_extract`),
    fails("SELECT REGEXP_EXTRACT('aa', r'^a', 2)", /refused/, `${page}#regexp_extract`),
    gives(
      "SELECT REGEXP_EXTRACT_ALL('abc', r'\\d*'), REGEXP_EXTRACT_ALL('', 'a*'), REGEXP_EXTRACT_ALL('a1b', r'[0-9]*'), REGEXP_EXTRACT_ALL('aa', 'a*'), REGEXP_EXTRACT_ALL(b'ab', b'b*')",
      [["", "", ""], [""], ["", "1", ""], ["aa"], ["", "Yg=="]],
      `${page}#regexp_extract_all`,
    ),
    fails("SELECT REGEXP_EXTRACT_ALL('ab', '^')", /refused/, `${page}#regexp_extract_all`),
    gives(
      "SELECT REGEXP_REPLACE('abc', '', 'X'), REGEXP_REPLACE('baac', 'a*', '-'), REGEXP_REPLACE('éa', 'x*', '-'), REGEXP_REPLACE('abcb', r'(x)?b', r'[\\1]'), REGEXP_REPLACE('', 'x*', '-'), REGEXP_REPLACE('a', NULL, 'x')",
      ["XaXbXcX", "-b-c-", "-é-a-", "a[]c[]", "-", null],
      `${page}#regexp_replace`,
    ),
    gives(
      "SELECT REGEXP_INSTR('ab@cd-ef', '@[^-]*'), REGEXP_INSTR('é\\na', 'a'), REGEXP_INSTR('abc', 'z'), REGEXP_INSTR('xABC', '(?i)abc|x', 1, 1, 1), REGEXP_INSTR('ba', '^a'), REGEXP_INSTR(NULL, 'a'), REGEXP_INSTR(b'a\\xffb', b'b')",
      ["3", "3", "0", "2", "0", null, "3"],
      `${page}#regexp_instr`,
    ),
    fails("SELECT REGEXP_INSTR('abab', 'b', 1, 2)", /refused/, `${page}#regexp_instr`),
    fails("SELECT REGEXP_INSTR('abab', '(b)')", /refused/, `${page}#regexp_instr`),
    givesRows(
      "SELECT REGEXP_CONTAINS('abc', x) FROM UNNEST(['b', '^c', NULL]) AS x WITH OFFSET AS o ORDER BY o",
      [["true"], ["false"], [null]],
      `${page}#regexp_contains`,
    ),
    fails("SELECT REGEXP_CONTAINS('abc', '(' || 'x')", /missing \)/, `${page}#regexp_contains`),
    fails("SELECT REGEXP_CONTAINS('abc', r'\\Q' || 'x')", /refused/, `${page}#regexp_contains`),
  ]);
});
