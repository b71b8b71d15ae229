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
    gives("SELECT 'a' || 'b', 'a' || CAST(NULL AS STRING)", ["ab", null], "operators#concatenation_operator"),
    gives("SELECT STARTS_WITH('bar', 'b'), ENDS_WITH('apple', 'e')", ["true", "true"], `${strings}#starts_with`),
    gives("SELECT TO_HEX(b'\\x00\\x01\\xff'), FROM_HEX('00010203')", ["0001ff", "AAECAw=="], `${strings}#to_hex`),
    gives("SELECT TO_BASE64(b'\\377\\340'), FROM_BASE64('/+A=')", ["/+A=", "/+A="], `${strings}#to_base64`),
    gives(
      "SELECT TO_HEX(SHA256('Hello World')), TO_HEX(MD5('Hello World'))",
      ["a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e", "b10a8db164e0754105b7a99be72e3fe5"],
      "hash_functions#sha256",
    ),
    gives(
      "SELECT FARM_FINGERPRINT('1footrue'), FARM_FINGERPRINT(b'2applefalse'), FARM_FINGERPRINT('3true')",
      ["-1541654101129638711", "2794438866806483259", "-4880158226897771312"],
      "hash_functions#farm_fingerprint",
    ),
    gives(
      "SELECT FORMAT('date: %s!', 'x'), FORMAT('%d%%', 10), FORMAT('%05d', 42)",
      ["date: x!", "10%", "00042"],
      `${strings}#format_string`,
    ),
    gives("SELECT FORMAT('%.2f', 1.5), FORMAT('%d', CAST(NULL AS INT64))", ["1.50", null], `${strings}#format_string`),
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
    gives("SELECT 'Z' < 'a', 'a' = 'A'", ["true", "false"], "operators#comparison_operators"),
    gives(
      "SELECT r'\\d', \"it's\", '''a'b''', '\\u00e9\\x41\\101'",
      ["\\d", "it's", "a'b", "éAA"],
      "lexical#string_and_bytes_literals",
    ),
    fails("SELECT 'a\\q'", /Illegal escape/, "lexical#escape_sequences"),
  ]);
});

describe("letters and code points", () => {
  checkSemantics([
    gives(
      "SELECT LEFT('abc', n), RIGHT('abc', n), SUBSTR('abc', 1, n), SUBSTR('abc', n) FROM (SELECT CAST(NULL AS INT64) AS n)",
      [null, null, null, null],
      `${strings}#left`,
    ),
    gives(
      "SELECT ASCII('hello'), ASCII(''), UNICODE('âme'), UNICODE(''), CHR(233), CHR(8364)",
      ["104", "0", "226", "0", "é", "€"],
      `${strings}#ascii`,
    ),
    fails("SELECT ASCII('é')", /ASCII/, `${strings}#ascii`),
    fails("SELECT CHR(0xD800)", /Invalid codepoint/, `${strings}#chr`),
    gives(
      "SELECT TO_CODE_POINTS('foo€'), CODE_POINTS_TO_STRING([65, 255, 513, 1024])",
      [["102", "111", "111", "8364"], "AÿȁЀ"],
      `${strings}#to_code_points`,
    ),
    gives(
      "SELECT CODE_POINTS_TO_STRING([65, NULL]), CODE_POINTS_TO_BYTES([104, 105])",
      [null, "aGk="],
      `${strings}#code_points_to_string`,
    ),
    gives(
      "SELECT INITCAP('hello WORLD-everyone'), INITCAP('apples1oranges', '1s')",
      ["Hello World-Everyone", "Apples1Oranges"],
      `${strings}#initcap`,
    ),
    gives(
      "SELECT TRANSLATE('This is a cookie', 'sco', 'zku'), TRANSLATE('abc', 'ab', 'x')",
      ["Thiz iz a kuukie", "xc"],
      `${strings}#translate`,
    ),
    fails("SELECT TRANSLATE('abc', 'aa', 'xy')", /twice/, `${strings}#translate`),
    gives("SELECT SOUNDEX('Ashcraft'), SOUNDEX('Robert'), SOUNDEX('')", ["A261", "R163", ""], `${strings}#soundex`),
    gives(
      "SELECT EDIT_DISTANCE('kitten', 'sitting'), EDIT_DISTANCE('', 'abc')",
      ["3", "3"],
      `${strings}#edit_distance`,
    ),
    gives(
      "SELECT NORMALIZE('\\u00ea') = NORMALIZE('e\\u0302'), LENGTH(NORMALIZE('\\u00ea', NFD))",
      ["true", "2"],
      `${strings}#normalize`,
    ),
    gives(
      "SELECT INSTR('banana', 'an'), INSTR('banana', 'an', 1, 2), INSTR('banana', 'an', -3), INSTR('helloooo', 'oo', 1, 3)",
      ["2", "4", "4", "7"],
      `${strings}#instr`,
    ),
    fails("SELECT INSTR('banana', 'an', 0)", /position/, `${strings}#instr`),
    gives(
      "SELECT SPLIT('añb', ''), SPLIT('', ''), SPLIT('a', CAST(NULL AS STRING))",
      [["a", "ñ", "b"], [""], []],
      `${strings}#split`,
    ),
    gives("SELECT CONCAT('n=', 7, TRUE, 1.5, DATE '2024-03-01')", ["n=7true1.52024-03-01"], `${strings}#concat`),
    gives("SELECT LENGTH('a\\x00b'), STRPOS('a\\x00b', 'b')", ["3", "3"], "lexical#escape_sequences"),
  ]);
});

describe("regular expressions", () => {
  checkSemantics([
    gives(
      "SELECT REGEXP_EXTRACT_ALL('Try `x1` or `y2`', '`(.+?)`'), REGEXP_EXTRACT_ALL('abc', 'x')",
      [["x1", "y2"], []],
      `${strings}#regexp_extract_all`,
    ),
    gives(
      "SELECT REGEXP_CONTAINS('ABC', '(?i)b'), REGEXP_CONTAINS('a\\nb', '(?s)a.b'), REGEXP_CONTAINS('a(b', '[(]')",
      ["true", "true", "true"],
      `${strings}#regexp_contains`,
    ),
    gives("SELECT REGEXP_REPLACE('abc', '(?P<middle>b)', '<\\\\1>')", ["a<b>c"], `${strings}#regexp_replace`),
    fails("SELECT REGEXP_REPLACE('abc', 'b', '\\\\1')", /Invalid REGEXP_REPLACE/, `${strings}#regexp_replace`),
    fails("SELECT REGEXP_EXTRACT('abc', '(a)(b)')", /more than 1 capturing group/, `${strings}#regexp_extract`),
    gives(
      "SELECT REGEXP_EXTRACT(b'k=v', b'k=(.)'), REGEXP_CONTAINS(b'\\xff', b'^.$')",
      ["dg==", "true"],
      `${strings}#regexp_extract`,
    ),
  ]);
});
