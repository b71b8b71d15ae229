/** NET.*, bits of BYTES, and functions of texts and numbers at their edges. Google's reference implementation answered. */
import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const net = "net_functions";

describe("NET.*", () => {
  checkSemantics([
    gives(
      "SELECT NET.IP_FROM_STRING('1.2.3.4'), NET.IP_FROM_STRING('2001:db8::8a2e:370:7334'), NET.IP_FROM_STRING('::ffff:1.2.3.4'), NET.SAFE_IP_FROM_STRING('1.2.3.04'), NET.SAFE_IP_FROM_STRING('fe80::1%eth0'), NET.SAFE_IP_FROM_STRING('1::2::3')",
      ["AQIDBA==", "IAENuAAAAAAAAIouA3BzNA==", "AAAAAAAAAAAAAP//AQIDBA==", null, null, null],
      `${net}#netip_from_string`,
    ),
    fails("SELECT NET.IP_FROM_STRING('x')", /unparseable/, `${net}#netip_from_string`),
    gives(
      "SELECT NET.IP_TO_STRING(b'\\x01\\x02\\x03\\x04'), NET.IP_TO_STRING(FROM_HEX('20010db8000000000001000000000000')), NET.IP_TO_STRING(FROM_HEX('00000000000000000000ffff01020304')), NET.IP_TO_STRING(FROM_HEX('00000000000000000000000001020304')), NET.IP_TO_STRING(FROM_HEX('00000000000000000000000000000001')), NET.IP_TO_STRING(FROM_HEX('00010000000100010001000100010001'))",
      ["1.2.3.4", "2001:db8:0:0:1::", "::ffff:1.2.3.4", "::1.2.3.4", "::1", "1:0:1:1:1:1:1:1"],
      `${net}#netip_to_string`,
    ),
    fails("SELECT NET.IP_TO_STRING(b'abc')", /4 or 16 bytes/, `${net}#netip_to_string`),
    gives(
      "SELECT NET.IP_NET_MASK(4, 24), NET.IP_NET_MASK(4, 9), NET.IP_TRUNC(b'\\x01\\x02\\x03\\xff', 31), NET.IPV4_FROM_INT64(16909060), NET.IPV4_FROM_INT64(-1), NET.IPV4_TO_INT64(b'\\xff\\x02\\x03\\x04')",
      ["////AA==", "/4AAAA==", "AQID/g==", "AQIDBA==", "/////w==", "4278321924"],
      `${net}#netip_net_mask`,
    ),
    fails("SELECT NET.IP_NET_MASK(5, 1)", /4 or 16/, `${net}#netip_net_mask`),
    fails("SELECT NET.IP_TRUNC(b'\\x01\\x02\\x03\\x04', 33)", /out of range/, `${net}#netip_trunc`),
    fails("SELECT NET.IPV4_FROM_INT64(4294967296)", /no IPv4 address/, `${net}#netipv4_from_int64`),
    gives(
      "SELECT NET.HOST('http://user:pw@Host.COM:80/x?y#z'), NET.HOST('//a.b'), NET.HOST(''), SAFE.NET.IP_FROM_STRING('x')",
      ["Host.COM", "a.b", null, null],
      `${net}#nethost`,
    ),
    fails("SELECT NET.HOST('mailto:x@y.z')", /refused/, `${net}#nethost`),
    fails("SELECT NET.REG_DOMAIN('http://a.b')", /refused/, `${net}#netreg_domain`),
  ]);
});

describe("bits of BYTES", () => {
  const page = "operators#bitwise_operators";
  checkSemantics([
    gives(
      "SELECT b'\\x0f' & b'\\x3c', b'\\x0f' | b'\\x30', b'\\x0f' ^ b'\\xff', ~b'\\x0f', b'\\x0f\\x0f' << 4, b'\\x0f\\x0f' >> 4, b'\\x0f\\xff' << 9, b'\\x0f' << 8, ~b''",
      ["DA==", "Pw==", "8A==", "8A==", "8PA=", "APA=", "/gA=", "AA==", ""],
      page,
    ),
    fails("SELECT b'\\x0f' & b'\\x3c\\x01'", /one length/, page),
    fails("SELECT b'\\x0f' << -1", /negative/, page),
    fails("SELECT b'\\x0f' & 1", /expected/, page),
  ]);
});

describe("functions at their edges", () => {
  checkSemantics([
    gives(
      "SELECT SOUNDEX('Tymczak'), SOUNDEX('Pfister'), SOUNDEX('Jackson'), SOUNDEX('  a1b'), SOUNDEX('b-b'), SOUNDEX('éa'), SOUNDEX('hello world'), SOUNDEX('123')",
      ["T520", "P236", "J500", "a100", "b000", "a000", "h464", ""],
      "string_functions#soundex",
    ),
    gives(
      "SELECT EDIT_DISTANCE('abc', 'xyz', max_distance => 2), EDIT_DISTANCE('abc', 'abd', max_distance => 2)",
      ["2", "1"],
      "string_functions#edit_distance",
    ),
    gives(
      "SELECT ROUND(NUMERIC '2.5', 0, 'ROUND_HALF_EVEN'), ROUND(NUMERIC '-2.5', 0, 'ROUND_HALF_AWAY_FROM_ZERO'), ROUND(NUMERIC '1.35', 1, 'ROUND_HALF_EVEN'), ROUND(NUMERIC '250', -2, 'ROUND_HALF_EVEN')",
      ["2", "-3", "1.4", "200"],
      "mathematical_functions#round",
    ),
    fails("SELECT ROUND(NUMERIC '2.5', 0, 'UP')", /rounding mode/, "mathematical_functions#round"),
    gives(
      "SELECT LOG(CAST('-inf' AS FLOAT64), 1), LOG(1, CAST('inf' AS FLOAT64)), LOG(CAST('inf' AS FLOAT64), 0.5), LOG(CAST('inf' AS FLOAT64), 2), LOG(8, 2)",
      ["NaN", "NaN", "-Infinity", "Infinity", "3.0"],
      "mathematical_functions#log",
    ),
    fails("SELECT LOG(2, 1)", /LOG/, "mathematical_functions#log"),
    gives(
      "SELECT LEFT(CAST(NULL AS STRING), -1), SUBSTR('abc', CAST(NULL AS INT64), -1), LPAD(CAST(NULL AS STRING), -1), LPAD('a', CAST(NULL AS INT64), ''), LPAD('a', -1, CAST(NULL AS STRING))",
      [null, null, null, null, null],
      "string_functions#left",
    ),
    gives(
      "SELECT ARRAY_TO_STRING(['a', NULL, 'b'], s), ARRAY_TO_STRING(['a', NULL, 'b'], s, 'N'), ARRAY_TO_STRING([CAST(NULL AS STRING)], s) FROM (SELECT '-' AS s)",
      ["a-b", "a-N-b", ""],
      "array_functions#array_to_string",
    ),
    gives(
      "SELECT RANGE_BUCKET(2.0, [1.0, 2.0, 2.0]), RANGE_BUCKET(x, [1.0]), RANGE_BUCKET(y, [1.0]) FROM (SELECT CAST('nan' AS FLOAT64) AS x, CAST('inf' AS FLOAT64) AS y)",
      ["3", null, "1"],
      "mathematical_functions#range_bucket",
    ),
    fails(
      "SELECT RANGE_BUCKET(1.0, [1.0, CAST('nan' AS FLOAT64)])",
      /cannot be NaN/,
      "mathematical_functions#range_bucket",
    ),
    gives(
      `SELECT JSON_VALUE('{"x":[1,2]}', '$.x[ 1 ]'), JSON_VALUE('{"x":[1,2]}', '$.x[-1]'), JSON_EXTRACT('{"x":[1,2]}', '$.x[ 0]')`,
      ["2", null, "1"],
      "json_functions#JSONPath_format",
    ),
    fails("SELECT JSON_SET(JSON '[1]', '$[-1]', 2)", /refused/, "json_functions#json_set"),
    // A decimal literal beside a NUMERIC is the NUMERIC that its digits say.
    gives(
      "SELECT NUMERIC '0' + 4503599627370497.55, NUMERIC '0' + 0.1234567895, NUMERIC '0' + 1e20, NUMERIC '4503599627370497.55' = 4503599627370497.55, MOD(NUMERIC '5', 2.5), COALESCE(NULL, 1.12345678951, NUMERIC '0'), ROUND(2.5)",
      ["4503599627370497.55", "0.12345679", "100000000000000000000", "true", "0", "1.12345679", "3.0"],
      "conversion_rules#coercion",
    ),
    fails("SELECT NUMERIC '0' + 1e30", /refused/, "conversion_rules#coercion"),
    gives(
      "SELECT ARRAY_LENGTH(NULL), ARRAY_TO_STRING(NULL, ','), JSON_VALUE('{}', NULL), JSON_QUERY(JSON '{}', NULL)",
      [null, null, null, null],
      "array_functions#array_length",
    ),
  ]);
});
