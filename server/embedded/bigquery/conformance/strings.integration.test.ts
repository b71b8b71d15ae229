import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const strings = "string_functions";

describe("STRING and BYTES", () => {
  checkSemantics([
    gives(
      "SELECT LENGTH('абвгд'), LENGTH(CAST('абвгд' AS BYTES)), BYTE_LENGTH('абвгд')",
      ["5", "10", "10"],
      `${strings}#length`,
    ),
    gives("SELECT SUBSTR('apple', 2), SUBSTR('apple', 2, 2)", ["pple", "pp"], `${strings}#substr`),
    gives(
      "SELECT SUBSTR('apple', -2), SUBSTR('apple', 1, 123), SUBSTR('apple', 123)",
      ["le", "apple", ""],
      `${strings}#substr`,
    ),
    gives("SELECT SUBSTR('apple', 0), SUBSTR('apple', -100, 2)", ["apple", "ap"], `${strings}#substr`),
    fails("SELECT SUBSTR('apple', 1, -1)", /negative/, `${strings}#substr`),
    gives(
      "SELECT STRPOS('foo@example.com', '@'), STRPOS('añb', 'b'), STRPOS('a', 'x')",
      ["4", "3", "0"],
      `${strings}#strpos`,
    ),
    gives(
      "SELECT REPLACE('apple pie', 'pie', 'cobbler'), REPLACE('a', '', 'x')",
      ["apple cobbler", "a"],
      `${strings}#replace`,
    ),
    gives("SELECT SPLIT('b,c,d'), SPLIT('', ',')", [["b", "c", "d"], [""]], `${strings}#split`),
    gives(
      "SELECT TRIM('   apple   '), TRIM('***apple***', '*'), LTRIM('xyxz', 'xy'), RTRIM('abc  ')",
      ["apple", "apple", "z", "abc"],
      `${strings}#trim`,
    ),
    gives("SELECT TRIM('\\u00a0a\\n')", ["a"], `${strings}#trim`),
    gives(
      "SELECT LPAD('abc', 5), LPAD('abc', 2), RPAD('abc', 8, 'def')",
      ["  abc", "ab", "abcdefde"],
      `${strings}#lpad`,
    ),
    fails("SELECT LPAD('abc', -5)", /length/, `${strings}#lpad`),
    gives("SELECT REPEAT('abc', 3), REPEAT('abc', 0), REPEAT(NULL, 3)", ["abcabcabc", "", null], `${strings}#repeat`),
    fails("SELECT REPEAT('abc', -1)", /REPEAT/, `${strings}#repeat`),
    gives("SELECT LEFT('banana', 3), RIGHT('apple', 3)", ["ban", "ple"], `${strings}#left`),
    fails("SELECT LEFT('banana', -1)", /negative/, `${strings}#left`),
    gives("SELECT UPPER('foo'), LOWER('FOO BAR'), UPPER('é')", ["FOO", "foo bar", "É"], `${strings}#upper`),
    fails("SELECT UPPER('straße')", /refused/, `${strings}#upper`),
    gives("SELECT CONCAT('T.P.', ' ', 'Bar'), CONCAT('a', NULL)", ["T.P. Bar", null], `${strings}#concat`),
    gives("SELECT 'a' || 'b', 'a' || NULL", ["ab", null], "operators#concatenation_operator"),
    gives("SELECT STARTS_WITH('bar', 'b'), ENDS_WITH('apple', 'e')", ["true", "true"], `${strings}#starts_with`),
    gives("SELECT TO_HEX(b'\\x00\\x01\\xff'), FROM_HEX('00010203')", ["0001ff", "AAECAw=="], `${strings}#to_hex`),
    gives("SELECT TO_BASE64(b'\\377\\340'), FROM_BASE64('/+A=')", ["/+A=", "/+A="], `${strings}#to_base64`),
    gives(
      "SELECT TO_HEX(SHA256('Hello World')), TO_HEX(MD5('Hello World'))",
      ["a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e", "b10a8db164e0754105b7a99be72e3fe5"],
      "hash_functions#sha256",
    ),
    fails("SELECT FARM_FINGERPRINT('foo')", /FARM_FINGERPRINT.*refused at \[1:8\]/, "hash_functions#farm_fingerprint"),
    gives(
      "SELECT FORMAT('date: %s!', 'x'), FORMAT('%d%%', 10), FORMAT('%05d', 42)",
      ["date: x!", "10%", "00042"],
      `${strings}#format_string`,
    ),
    gives("SELECT FORMAT('%.2f', 1.5), FORMAT('%d', CAST(NULL AS INT64))", ["1.50", null], `${strings}#format_string`),
    fails("SELECT FORMAT('%T', 'x')", /%T.*refused/, `${strings}#format_string`),
    gives(
      "SELECT 'a%b' LIKE 'a\\\\%b', 'axb' LIKE 'a\\\\%b', 'abc' LIKE 'a_c'",
      ["true", "false", "true"],
      "operators#like_operator",
    ),
    gives(
      "SELECT REGEXP_CONTAINS('foo@example.com', r'@[a-z]+\\.com'), REGEXP_CONTAINS('a\\nb', 'a.b')",
      ["true", "false"],
      `${strings}#regexp_contains`,
    ),
    gives(
      "SELECT REGEXP_EXTRACT('foo@example.com', r'^[a-z]+'), REGEXP_EXTRACT('x', 'y')",
      ["foo", null],
      `${strings}#regexp_extract`,
    ),
    gives(
      "SELECT REGEXP_REPLACE('abab', 'a', 'x'), REGEXP_REPLACE('# Heading', r'^# ([a-zA-Z0-9\\s]+$)', r'<h1>\\1</h1>')",
      ["xbxb", "<h1>Heading</h1>"],
      `${strings}#regexp_replace`,
    ),
    fails("SELECT REGEXP_REPLACE('abc', 'x*', '-')", /refused/, `${strings}#regexp_replace`),
    gives("SELECT 'Z' < 'a', 'a' = 'A'", ["true", "false"], "operators#comparison_operators"),
    gives(
      "SELECT r'\\d', \"it's\", '''a'b''', '\\u00e9\\x41\\101'",
      ["\\d", "it's", "a'b", "éAA"],
      "lexical#string_and_bytes_literals",
    ),
    fails("SELECT 'a\\q'", /Illegal escape/, "lexical#escape_sequences"),
  ]);
});
