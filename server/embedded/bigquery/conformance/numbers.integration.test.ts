import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const math = "mathematical_functions";

describe("INT64 and FLOAT64 arithmetic", () => {
  checkSemantics([
    gives("SELECT 7 / 2", ["3.5"], "operators#arithmetic_operators"),
    gives("SELECT 10 / 5", ["2.0"], "operators#arithmetic_operators"),
    fails("SELECT 1 / 0", /^!division by zero/, "operators#arithmetic_operators"),
    fails("SELECT 1.0 / 0.0", /^!division by zero/, "operators#arithmetic_operators"),
    fails("SELECT x / (x - 1) FROM UNNEST([1]) AS x", /^!division by zero/, "operators#arithmetic_operators"),
    gives("SELECT DIV(20, 4), DIV(12, -7), DIV(20, 3), DIV(0, 20)", ["5", "-1", "6", "0"], `${math}#div`),
    fails("SELECT DIV(20, 0)", /^!division by zero/, `${math}#div`),
    gives("SELECT MOD(25, 12), MOD(-7, 2)", ["1", "-1"], `${math}#mod`),
    fails("SELECT MOD(25, 0)", /^!division by zero/, `${math}#mod`),
    fails("SELECT 9223372036854775807 + 1", /overflow/i, "data-types#integer_types"),
    fails("SELECT -9223372036854775807 - 2", /overflow/i, "data-types#integer_types"),
    fails("SELECT 9223372036854775807 * 2", /overflow/i, "data-types#integer_types"),
    gives("SELECT -9223372036854775808", ["-9223372036854775808"], "data-types#integer_types"),
    fails("SELECT 9223372036854775808", /out of range/, "data-types#integer_types"),
    fails("SELECT 1e308 * 10", /overflow/, "data-types#floating_point_types"),
    gives(
      "SELECT SAFE_DIVIDE(20, 4), SAFE_DIVIDE(0, 20), SAFE_DIVIDE(20, 0)",
      ["5.0", "0.0", null],
      `${math}#safe_divide`,
    ),
    gives("SELECT SAFE_ADD(5, 4), SAFE_ADD(9223372036854775807, 1)", ["9", null], `${math}#safe_add`),
    gives("SELECT SAFE_MULTIPLY(20, 4), SAFE_SUBTRACT(5, 4)", ["80", "1"], `${math}#safe_multiply`),
    gives("SELECT SAFE_NEGATE(1), SAFE_NEGATE(-9223372036854775808)", ["-1", null], `${math}#safe_negate`),
    gives("SELECT ABS(25), ABS(-25), SIGN(25), SIGN(0), SIGN(-25)", ["25", "25", "1", "0", "-1"], `${math}#abs`),
    fails("SELECT ABS(-9223372036854775808)", /overflow/i, `${math}#abs`),
    gives("SELECT ROUND(2.0), ROUND(2.3), ROUND(2.8), ROUND(2.5)", ["2.0", "2.0", "3.0", "3.0"], `${math}#round`),
    gives("SELECT ROUND(-2.3), ROUND(-2.8), ROUND(-2.5)", ["-2.0", "-3.0", "-3.0"], `${math}#round`),
    gives("SELECT ROUND(5), CEIL(5), FLOOR(5), TRUNC(5)", ["5.0", "5.0", "5.0", "5.0"], `${math}#round`),
    gives(
      "SELECT ROUND(123.7, -1), ROUND(1.235, 2), ROUND(3.14159, 3), TRUNC(123.456, 2), TRUNC(-123.7, -1)",
      ["120.0", "1.24", "3.142", "123.45", "-120.0"],
      `${math}#round`,
    ),
    fails("SELECT ROUND(2.675, 2)", /refused/, `${math}#round`),
    gives("SELECT TRUNC(2.8), TRUNC(-2.8)", ["2.0", "-2.0"], `${math}#trunc`),
    gives("SELECT CEIL(2.3), CEIL(-2.3), FLOOR(2.8), FLOOR(-2.3)", ["3.0", "-2.0", "2.0", "-3.0"], `${math}#ceil`),
    gives("SELECT GREATEST(3, 5, 1), LEAST(3, 5, 1), GREATEST(3, NULL)", ["5", "1", null], `${math}#greatest`),
    gives("SELECT POW(2.0, 3.0), SQRT(25.0)", ["8.0", "5.0"], `${math}#pow`),
    fails("SELECT SQRT(-1.0)", /negative/, `${math}#sqrt`),
    fails("SELECT LN(0.0)", /zero/, `${math}#ln`),
    gives("SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5", ["1", "7", "6", "-6"], "operators#bitwise_operators"),
    gives("SELECT 1 << 4, 1 << 64, -1 >> 60, 255 >> 4", ["16", "0", "15", "15"], "operators#bitwise_operators"),
    fails("SELECT 1 << -1", /negative/, "operators#bitwise_operators"),
    fails("SELECT 1 + NULL", /literal NULL/, "operators#arithmetic_operators"),
    fails("SELECT -NULL", /literal NULL/, "operators#arithmetic_operators"),
    gives("SELECT MOD(x, -1), BIT_COUNT(-1) FROM UNNEST([-9223372036854775808]) AS x", ["0", "64"], `${math}#mod`),
    gives("SELECT LOG(8, 2), CBRT(27), ACOS(1), ATAN2(0, 1)", ["3.0", "3.0", "0.0", "0.0"], `${math}#log`),
    fails("SELECT LOG(8, 1)", /LOG/, `${math}#log`),
    fails("SELECT ACOS(2)", /ACOS/i, `${math}#acos`),
    fails("SELECT COT(0)", /COT/, `${math}#cot`),
    gives(
      "SELECT SAFE_ADD(1.5, 2), SAFE_MULTIPLY(1e308, 10), SAFE_NEGATE(NUMERIC '1.5'), SAFE_SUBTRACT(NULL, 1)",
      ["3.5", null, "-1.5", null],
      `${math}#safe_add`,
    ),
    fails("SELECT SAFE_ADD(1 / x, 1) FROM UNNEST([0]) AS x", /division by zero/, `${math}#safe_add`),
    fails("SELECT '1' + 1", /No matching signature/, "conversion_rules#coercion"),
    fails("SELECT TRUE = 1", /No matching signature/, "conversion_rules#coercion"),
  ]);
});

describe("NUMERIC", () => {
  checkSemantics([
    gives("SELECT NUMERIC '0.1' + NUMERIC '0.2'", ["0.3"], "data-types#decimal_types"),
    gives("SELECT NUMERIC '1' / 3, NUMERIC '2' / 3", ["0.333333333", "0.666666667"], "operators#arithmetic_operators"),
    gives("SELECT NUMERIC '-2' / 3, NUMERIC '10' / 4", ["-0.666666667", "2.5"], "operators#arithmetic_operators"),
    gives("SELECT NUMERIC '1.000000001' * NUMERIC '0.5'", ["0.500000001"], "data-types#decimal_types"),
    gives("SELECT NUMERIC '-1.000000001' * NUMERIC '0.5'", ["-0.500000001"], "data-types#decimal_types"),
    gives(
      "SELECT NUMERIC '99999999999999999999999999999.999999999'",
      ["99999999999999999999999999999.999999999"],
      "data-types#decimal_types",
    ),
    fails("SELECT NUMERIC '100000000000000000000000000000'", /out of range/, "data-types#decimal_types"),
    fails(
      "SELECT NUMERIC '99999999999999999999999999999.999999999' + NUMERIC '0.000000001'",
      /overflow/i,
      "data-types#decimal_types",
    ),
    fails("SELECT NUMERIC '1.0000000001'", /more than 9 decimals/, "lexical#numeric_literals"),
    fails("SELECT NUMERIC '1' / 0", /^!division by zero/, "operators#arithmetic_operators"),
    gives("SELECT SAFE_DIVIDE(NUMERIC '1', 0), SAFE_DIVIDE(NUMERIC '1', 8)", [null, "0.125"], `${math}#safe_divide`),
    gives("SELECT ROUND(NUMERIC '2.345', 2), ROUND(NUMERIC '-2.345', 2)", ["2.35", "-2.35"], `${math}#round`),
    gives(
      "SELECT ROUND(NUMERIC '1235.55', -2), TRUNC(NUMERIC '-1.239', 2), DIV(NUMERIC '-7.5', 2)",
      ["1200", "-1.23", "-3"],
      `${math}#round`,
    ),
    fails("SELECT ROUND(NUMERIC '99999999999999999999999999999.5')", /out of range/, `${math}#round`),
    gives(
      "SELECT PARSE_NUMERIC(' - 12,345.678 '), PARSE_NUMERIC('1.5e2'), PARSE_NUMERIC('7-')",
      ["-12345.678", "150", "-7"],
      "conversion_functions#parse_numeric",
    ),
    fails("SELECT PARSE_NUMERIC('1 2')", /Invalid NUMERIC/, "conversion_functions#parse_numeric"),
    gives("SELECT MOD(NUMERIC '5.5', 2), ABS(NUMERIC '-1.5')", ["1.5", "1.5"], `${math}#mod`),
    gives("SELECT NUMERIC '1.5' = 1.5, NUMERIC '1' = 1", ["true", "true"], "conversion_rules#coercion"),
    gives("SELECT NUMERIC '1.5' + 1.2, 2 * NUMERIC '0.1' * 1.5", ["2.7", "0.3"], "conversion_rules#literal_coercion"),
    gives(
      "SELECT AVG(x) FROM UNNEST([NUMERIC '1', NUMERIC '2', NUMERIC '2']) AS x",
      ["1.666666667"],
      "aggregate_functions#avg",
    ),
    gives("SELECT SUM(x) FROM UNNEST([NUMERIC '0.1', NUMERIC '0.2']) AS x", ["0.3"], "aggregate_functions#sum"),
  ]);
});

describe("CAST", () => {
  checkSemantics([
    gives(
      "SELECT CAST(2.5 AS INT64), CAST(-2.5 AS INT64), CAST(1.5 AS INT64)",
      ["3", "-3", "2"],
      "conversion_functions#cast_as_integer",
    ),
    gives("SELECT CAST(NUMERIC '2.5' AS INT64)", ["3"], "conversion_functions#cast_as_integer"),
    fails("SELECT CAST(1e19 AS INT64)", /out of range/i, "conversion_functions#cast_as_integer"),
    gives(
      "SELECT CAST(TRUE AS INT64), CAST(0 AS BOOL), CAST(5 AS BOOL)",
      ["1", "false", "true"],
      "conversion_functions#cast_as_bool",
    ),
    gives("SELECT CAST('123' AS INT64), CAST('-5' AS INT64)", ["123", "-5"], "conversion_functions#cast_as_integer"),
    gives(
      "SELECT CAST('0x1F' AS INT64), CAST(' -0xa ' AS INT64), SAFE_CAST('0x' AS INT64)",
      ["31", "-10", null],
      "conversion_functions#cast_as_integer",
    ),
    fails(
      "SELECT SAFE_CAST(CAST(1 / x AS STRING) AS INT64) FROM UNNEST([0]) AS x",
      /division/,
      "conversion_functions#safe_casting",
    ),
    gives(
      "SELECT CAST(1e29 AS NUMERIC), SAFE_CAST(-1e29 AS NUMERIC), SAFE_CAST(1e30 AS NUMERIC)",
      ["99999999999999991433150857216", "-99999999999999991433150857216", null],
      "conversion_functions#cast_as_numeric",
    ),
    gives(
      "SELECT CAST(99999999999999999999.123456789 AS NUMERIC), SAFE_CAST(1e40 AS NUMERIC)",
      ["99999999999999999999.123456789", null],
      "conversion_rules#literal_coercion",
    ),
    gives(
      "SELECT CAST(1e15 AS STRING), CAST(0.00001 AS STRING), CAST(1 / 3 AS STRING), CAST(-0.0 AS STRING)",
      ["1e+15", "1e-05", "0.33333333333333331", "0"],
      "conversion_functions#cast_as_string",
    ),
    gives("SELECT CAST(TIME '12:34:56.5' AS STRING)", ["12:34:56.500"], "conversion_functions#cast_as_string"),
    gives(
      "SELECT CAST('0x1F' AS FLOAT64), CAST('1e400' AS FLOAT64), SAFE_CAST('1.5x' AS FLOAT64)",
      ["31.0", "Infinity", null],
      "conversion_functions#cast_as_floating_point",
    ),
    fails("SELECT SAFE_CAST('12:30:60' AS TIME)", /leap second.*refused/, "conversion_functions#cast_as_time"),
    fails("SELECT CAST('24:00:00' AS TIME)", /Bad TIME value/, "conversion_functions#cast_as_time"),
    fails("SELECT CAST(1 AS FLOAT)", /FLOAT.*refused/, "data-types#floating_point_types"),
    fails("SELECT CAST('1.5' AS INT64)", /Bad int64 value: 1.5/, "conversion_functions#cast_as_integer"),
    fails("SELECT CAST('apple' AS INT64)", /Bad int64 value/, "conversion_functions#cast_as_integer"),
    gives(
      "SELECT SAFE_CAST('apple' AS INT64), SAFE_CAST('1e3' AS INT64)",
      [null, null],
      "conversion_functions#safe_casting",
    ),
    gives("SELECT SAFE_CAST('99999999999999999999' AS INT64)", [null], "conversion_functions#safe_casting"),
    gives(
      "SELECT CAST('true' AS BOOL), CAST('False' AS BOOL), SAFE_CAST('yes' AS BOOL), SAFE_CAST('t' AS BOOL)",
      ["true", "false", null, null],
      "conversion_functions#cast_as_bool",
    ),
    gives(
      "SELECT CAST(1.0 AS STRING), CAST(1.5 AS STRING), CAST(12 AS STRING)",
      ["1", "1.5", "12"],
      "conversion_functions#cast_as_string",
    ),
    gives(
      "SELECT CAST(NUMERIC '1.50' AS STRING), CAST(NUMERIC '100' AS STRING)",
      ["1.5", "100"],
      "conversion_functions#cast_as_string",
    ),
    gives(
      "SELECT CAST('1.1234567895' AS NUMERIC), CAST('-1.1234567895' AS NUMERIC)",
      ["1.12345679", "-1.12345679"],
      "conversion_functions#cast_numeric",
    ),
    gives(
      "SELECT CAST(0.1 AS NUMERIC), CAST(x AS NUMERIC) FROM UNNEST([0.0009765625]) AS x",
      ["0.1", "0.000976563"],
      "conversion_functions#cast_numeric",
    ),
    gives("SELECT CAST(b'abc' AS STRING), CAST('é' AS BYTES)", ["abc", "w6k="], "conversion_functions#cast_as_bytes"),
    fails("SELECT CAST(b'\\xff' AS STRING)", /UTF8/, "conversion_functions#cast_as_string"),
    gives(
      "SELECT CAST('2024-2-3' AS DATE), SAFE_CAST('2024-02-30' AS DATE)",
      ["2024-02-03", null],
      "conversion_functions#cast_as_date",
    ),
    gives(
      "SELECT SAFE_CAST('03/02/2024' AS DATE), SAFE_CAST('20240203' AS DATE)",
      [null, null],
      "conversion_functions#cast_as_date",
    ),
    gives("SELECT CAST(TIMESTAMP '2024-01-01 23:30:00' AS DATE)", ["2024-01-01"], "conversion_functions#cast_as_date"),
    gives(
      "SELECT CAST(TIMESTAMP '2024-01-01 10:00:00.5+02' AS STRING), CAST(TIMESTAMP '2024-01-01' AS STRING)",
      ["2024-01-01 08:00:00.500+00", "2024-01-01 00:00:00+00"],
      "conversion_functions#cast_as_string",
    ),
    fails("SELECT CAST(DATE '2024-01-01' AS INT64)", /Invalid cast/, "conversion_rules#casting"),
    fails("SELECT CAST(1 AS BIGNUMERIC)", /BIGNUMERIC.*refused/, "data-types#decimal_types"),
  ]);
});
