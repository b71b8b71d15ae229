/** https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions */
import { define, guard, signature } from "./signature.ts";
import type { FunctionDefinition } from "./signature.ts";

const numericMax = "CAST('99999999999999999999999999999.999999999' AS DECIMAL(38,9))";

/** A FLOAT64 function whose result must be finite where its arguments are. */
const finite = (name: string, sql: string, isOther = "NOT isfinite($1)"): string =>
  `(CASE WHEN isfinite(${sql}) THEN ${sql} WHEN (${sql}) IS NULL THEN NULL
    WHEN ${isOther} THEN ${sql} ELSE error('Floating point error in function ${name}') END)`;

/** DuckDB refuses an infinite angle. */
const ofAngle = (sql: string): string => `(CASE WHEN isinf($1) THEN CAST('NaN' AS DOUBLE) ELSE ${sql} END)`;

const toNumeric = (sql: string): string => `CAST(${sql} AS DECIMAL(38,9))`;

const infinity = (sign: "" | "-"): string => `CAST('${sign}Infinity' AS DOUBLE)`;

/** A routine on the text of a NUMERIC. */
const onNumericText = (name: string, ...rest: string[]): string =>
  toNumeric(`bq_${name}(${["CAST($1 AS VARCHAR)", ...rest].join(", ")})`);

const refusedForNumeric = "a NUMERIC argument is refused";

/** A FLOAT64 function of one argument. */
const float = (names: string, sql: string): FunctionDefinition =>
  define(names, [signature(["FLOAT64"], "FLOAT64", sql)], refusedForNumeric);

/** One that has no value for some arguments. */
const partial = (name: string, sql: string): FunctionDefinition => float(name, finite(name, sql));

const reciprocal = (name: string, of: string): FunctionDefinition => partial(name, `(1 / ${ofAngle(of)})`);

/** DuckDB gives NULL or infinity for x / 0 by its settings: spelled out. */
const ieeeDivide = `(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL
  WHEN $2 <> 0 OR isnan($1) THEN $1 / $2 WHEN $1 = 0 THEN CAST('NaN' AS DOUBLE) WHEN ($1 > 0) = (CAST($2 AS VARCHAR) NOT LIKE '-%') THEN CAST('Infinity' AS DOUBLE)
  ELSE CAST('-Infinity' AS DOUBLE) END)`;

export const numberFunctions = [
  define("ABS", [
    signature(["INT64"], "INT64", "abs($1)"),
    signature(["NUMERIC"], "NUMERIC", "abs($1)"),
    signature(["FLOAT64"], "FLOAT64", "abs($1)"),
  ]),
  define("SIGN", [
    signature(["INT64"], "INT64", "CAST(sign($1) AS BIGINT)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("sign($1)")),
    signature(["FLOAT64"], "FLOAT64", "(CASE WHEN isnan($1) THEN $1 ELSE CAST(sign($1) AS DOUBLE) END)"),
  ]),
  define("IS_NAN", [signature(["FLOAT64"], "BOOL", "isnan($1)")]),
  define("IS_INF", [signature(["FLOAT64"], "BOOL", "isinf($1)")]),
  define("IEEE_DIVIDE", [signature(["FLOAT64", "FLOAT64"], "FLOAT64", ieeeDivide)]),
  define("DIV", [
    signature(["INT64", "INT64"], "INT64", ([a = "", b = ""]) => {
      return /^[1-9]\d*::BIGINT$/.test(b)
        ? `(${a} // ${b})`
        : guard(`${b} = 0`, "division by zero: DIV", `${a} // ${b}`);
    }),
    signature(["NUMERIC", "NUMERIC"], "NUMERIC", onNumericText("div_numeric", "CAST($2 AS VARCHAR)")),
  ]),
  define("MOD", [
    signature(["INT64", "INT64"], "INT64", ([a = "", b = ""]) => {
      if (/^[1-9]\d*::BIGINT$/.test(b)) return `(${a} % ${b})`;
      return guard(`${b} = 0`, "division by zero: MOD", `CASE WHEN ${b} = -1 THEN ${a} * 0 ELSE ${a} % ${b} END`);
    }),
    signature(["NUMERIC", "NUMERIC"], "NUMERIC", guard("$2 = 0", "division by zero: MOD", "$1 % $2")),
  ]),
  // FLOAT64 stands first: it is what an INT64 becomes here.
  define(
    "ROUND",
    [
      signature(["FLOAT64"], "FLOAT64", "round($1)"),
      signature(["FLOAT64", "INT64"], "FLOAT64", "bq_partial_round_float($1, $2)"),
      signature(["NUMERIC"], "NUMERIC", onNumericText("round_numeric", "0")),
      signature(["NUMERIC", "INT64"], "NUMERIC", onNumericText("round_numeric", "$2")),
      signature(["NUMERIC", "INT64", "STRING"], "NUMERIC", onNumericText("round_numeric_by", "$2", "$3")),
    ],
    "a FLOAT64 to decimals is refused where its binary fraction decides",
  ),
  define(
    "TRUNC",
    [
      signature(["FLOAT64"], "FLOAT64", "trunc($1)"),
      signature(["FLOAT64", "INT64"], "FLOAT64", "bq_partial_trunc_float($1, $2)"),
      signature(["NUMERIC"], "NUMERIC", onNumericText("trunc_numeric", "0")),
      signature(["NUMERIC", "INT64"], "NUMERIC", onNumericText("trunc_numeric", "$2")),
    ],
    "a FLOAT64 to decimals is refused where its binary fraction decides",
  ),
  define("CEIL CEILING", [
    signature(["FLOAT64"], "FLOAT64", "ceil($1)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("ceil($1)")),
  ]),
  define("FLOOR", [
    signature(["FLOAT64"], "FLOAT64", "floor($1)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("floor($1)")),
  ]),
  float("SQRT", "sqrt($1)"),
  float("CBRT", "bq_cbrt($1)"),
  partial("EXP", "exp($1)"),
  float("LN", "ln($1)"),
  define(
    "LOG",
    [
      signature(["FLOAT64"], "FLOAT64", "ln($1)"),
      signature(
        ["FLOAT64", "FLOAT64"],
        "FLOAT64",
        `(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL
          WHEN isnan($1) OR isnan($2) OR $1 = ${infinity("-")} OR $2 = ${infinity("")} THEN CAST('NaN' AS DOUBLE)
          WHEN $1 = ${infinity("")} AND $2 > 0 AND $2 <> 1 THEN CASE WHEN $2 < 1 THEN ${infinity("-")} ELSE ${infinity("")} END
          ELSE ${guard(
            "$2 <= 0 OR $2 = 1 OR NOT isfinite($2)",
            "Floating point error in function LOG: the base",
            finite("LOG", "(ln($1) / ln($2))"),
          )} END)`,
      ),
    ],
    `natural; ${refusedForNumeric}`,
  ),
  float("LOG10", "log10($1)"),
  float("SIN", ofAngle("sin($1)")),
  float("COS", ofAngle("cos($1)")),
  float("TAN", ofAngle("tan($1)")),
  float("ASIN", ofAngle("asin($1)")),
  float("ACOS", ofAngle("acos($1)")),
  float("ATAN", "atan($1)"),
  define("ATAN2", [signature(["FLOAT64", "FLOAT64"], "FLOAT64", "atan2($1, $2)")], refusedForNumeric),
  partial("SINH", "sinh($1)"),
  partial("COSH", "cosh($1)"),
  float("TANH", "tanh($1)"),
  float("ASINH", "asinh($1)"),
  partial("ACOSH", "acosh($1)"),
  partial("ATANH", "atanh($1)"),
  reciprocal("COT", "tan($1)"),
  reciprocal("CSC", "sin($1)"),
  reciprocal("SEC", "cos($1)"),
  partial("COTH", "(1 / tanh($1))"),
  define(
    "POW POWER",
    [
      signature(
        ["FLOAT64", "FLOAT64"],
        "FLOAT64",
        finite("POW", "pow($1, $2)", "NOT isfinite($1) OR NOT isfinite($2)"),
      ),
    ],
    refusedForNumeric,
  ),
  define("BIT_COUNT", [
    signature(["INT64"], "INT64", "bq_bit_count($1)"),
    signature(["BYTES"], "INT64", "bq_bit_count_bytes($1)"),
  ]),
  define("PARSE_NUMERIC", [signature(["STRING"], "NUMERIC", toNumeric("bq_parse_numeric($1)"))]),
  { ...define("RAND", [signature([], "FLOAT64", "random()")]), isVolatile: true },
  { ...define("GENERATE_UUID", [signature([], "STRING", "CAST(uuid() AS VARCHAR)")]), isVolatile: true },
];

/** SUM over NUMERIC may pass 38 digits inside DuckDB's 128 bits; BigQuery reports it. */
export function checkedNumericSum(sql: string): string {
  return guard(`abs(${sql}) > ${numericMax}`, "numeric overflow: SUM", sql);
}
