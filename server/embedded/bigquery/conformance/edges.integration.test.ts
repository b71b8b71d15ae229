/**
 * Values at the edge of what a type holds. Where BigQuery's pages are silent, the expectations are what Google's reference
 * implementation of GoogleSQL answered.
 */
import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const math = "mathematical_functions";
const decimal = "data-types#decimal_types";
const highest = "NUMERIC '99999999999999999999999999999.999999999'";

describe("NUMERIC products and quotients beyond 128 bits on the way", () => {
  checkSemantics([
    gives("SELECT NUMERIC '100000' * NUMERIC '12345678901234567.123456789'", ["1234567890123456712345.6789"], decimal),
    gives("SELECT 9223372036854775807 * NUMERIC '9223372036.5'", ["85070591726962386589760520955.5"], decimal),
    gives(
      `SELECT SAFE_MULTIPLY(${highest}, NUMERIC '0.1'), SAFE_MULTIPLY(x, -1), SAFE_MULTIPLY(x, 2) FROM (SELECT ${highest} AS x)`,
      ["10000000000000000000000000000", "-99999999999999999999999999999.999999999", null],
      `${math}#safe_multiply`,
    ),
    fails(`SELECT ${highest} * 2`, /numeric out of range/, decimal),
    gives(
      "SELECT NUMERIC '-1.000000001' * NUMERIC '1.5', NUMERIC '0.00000001' * NUMERIC '0.05'",
      ["-1.500000002", "0.000000001"],
      decimal,
    ),
    gives("SELECT a * b * a FROM (SELECT NUMERIC '1.1' AS a, NUMERIC '2.2' AS b)", ["2.662"], decimal),
    gives(
      `SELECT NUMERIC '1' / ${highest}, ${highest} / NUMERIC '3'`,
      ["0", "33333333333333333333333333333.333333333"],
      decimal,
    ),
    gives(
      `SELECT SAFE_DIVIDE(${highest}, NUMERIC '-1'), SAFE_DIVIDE(${highest}, NUMERIC '0.1'), SAFE_DIVIDE(${highest}, 0)`,
      ["-99999999999999999999999999999.999999999", null, null],
      `${math}#safe_divide`,
    ),
    fails(`SELECT ${highest} / NUMERIC '0.1'`, /numeric out of range/, decimal),
    gives(`SELECT AVG(x) FROM UNNEST([${highest}, -${highest}, 1]) AS x`, ["0.333333333"], "aggregate_functions#avg"),
  ]);
});

describe("dates and times from text that is nearly one", () => {
  const forms = "data-types#canonical_format_for_timestamp_literals";
  const kinds = ["DATE", "DATETIME", "TIMESTAMP"].flatMap((kind) =>
    [" 2020-01-02", "2020-01-02 "].map((text) => [kind, text] as const),
  );
  checkSemantics([
    ...kinds.flatMap(([kind, text]) => [
      fails(`SELECT ${kind} '${text}'`, /^!/, forms),
      gives(
        `SELECT SAFE_CAST('${text}' AS ${kind}), SAFE_CAST(x AS ${kind}) FROM (SELECT '${text}' AS x)`,
        [null, null],
        forms,
      ),
    ]),
    ...["2020-01-02+01", "2020-01-02Z", "2020-01-02 UTC", "2020-01-02 03:04:05 +01:00"].map((text) =>
      gives(
        `SELECT SAFE_CAST('${text}' AS TIMESTAMP), SAFE_CAST(x AS TIMESTAMP) FROM (SELECT '${text}' AS x)`,
        [null, null],
        forms,
      ),
    ),
    gives(
      "SELECT SAFE_CAST(' 03:04:05' AS TIME), SAFE_CAST(x AS TIME) FROM (SELECT '03:04:05 ' AS x)",
      [null, null],
      forms,
    ),
    gives("SELECT TIMESTAMP '2020-01-02 03:04:05+01:00' = TIMESTAMP '2020-01-02T02:04:05 UTC'", ["true"], forms),
  ]);
});

describe("times that are parsed", () => {
  const parse = "timestamp_functions#parse_timestamp";
  checkSemantics([
    gives(
      "SELECT STRING(PARSE_TIMESTAMP('%F %H:%M:%E*S', '2020-01-02 03:04:05.1234567'))",
      ["2020-01-02 03:04:05.123456+00"],
      parse,
    ),
    gives(
      "SELECT STRING(PARSE_TIMESTAMP('%F %I:%M', '2020-01-02 12:30')), PARSE_TIME('%I:%M %p', '12:30 pm')",
      ["2020-01-02 00:30:00+00", "12:30:00"],
      parse,
    ),
    gives(
      "SELECT STRING(PARSE_TIMESTAMP('%F %T', '2020-01-02 23:59:60')), PARSE_TIME('%M:%S', '59:60')",
      ["2020-01-03 00:00:00+00", "01:00:00"],
      parse,
    ),
    gives(
      "SELECT SAFE.PARSE_TIMESTAMP('%F %T', '2020-01-02 23:59:61'), SAFE.PARSE_TIME('%I', '13')",
      [null, null],
      parse,
    ),
  ]);
});

describe("other values at an edge", () => {
  checkSemantics([
    gives(
      "SELECT FORMAT_TIMESTAMP('%s', t) FROM UNNEST([TIMESTAMP '9999-12-31 23:59:59.999999']) AS t",
      ["253402300799"],
      "format-elements",
    ),
    gives("SELECT FORMAT_TIMESTAMP('%s', TIMESTAMP '1969-12-31 23:59:59.5')", ["-1"], "format-elements"),
    gives(
      "SELECT CAST('0x1p3' AS FLOAT64), SAFE_CAST(x AS FLOAT64) FROM (SELECT '-0x1.8p1' AS x)",
      ["8.0", "-3.0"],
      "conversion_functions#cast_as_floating_point",
    ),
    fails("SELECT ROUND(-1.7976931348623157e308, -3)", /overflow/, `${math}#round`),
    fails("SELECT INITCAP('a\\u00a0b')", /refused/, "string_functions#initcap"),
  ]);
});
