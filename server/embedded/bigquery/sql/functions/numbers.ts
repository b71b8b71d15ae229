/** https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions */
import { define, guard, signature } from "./signature.ts";

const numericMax = "CAST('99999999999999999999999999999.999999999' AS DECIMAL(38,9))";

/** A FLOAT64 function whose result must be finite. */
const finite = (name: string, sql: string): string =>
  `(CASE WHEN isfinite(${sql}) THEN ${sql} WHEN (${sql}) IS NULL THEN NULL
    ELSE error('Floating point error in function ${name}') END)`;

const toNumeric = (sql: string): string => `CAST(${sql} AS DECIMAL(38,9))`;

const safeInteger = (operator: string): string =>
  `TRY_CAST(CAST($1 AS HUGEINT) ${operator} CAST($2 AS HUGEINT) AS BIGINT)`;

/** DECIMAL arithmetic checks its range itself; ROUND to a number of decimals that must be a constant. */
const numericRound = (args: string[]): string => {
  const digits = /^(\d)::BIGINT$/.exec(args[1] ?? "0::BIGINT")?.[1];
  if (digits === undefined) return "error('ROUND of a NUMERIC takes a constant from 0 to 9 as its second argument')";
  return toNumeric(`round(${args[0]}, ${digits})`);
};

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
  ]),
  define("MOD", [
    signature(["INT64", "INT64"], "INT64", ([a = "", b = ""]) => {
      return /^[1-9]\d*::BIGINT$/.test(b) ? `(${a} % ${b})` : guard(`${b} = 0`, "division by zero: MOD", `${a} % ${b}`);
    }),
    signature(["NUMERIC", "NUMERIC"], "NUMERIC", guard("$2 = 0", "division by zero: MOD", "$1 % $2")),
  ]),
  // FLOAT64 stands first: it is what an INT64 becomes here.
  define(
    "ROUND",
    [
      signature(["FLOAT64"], "FLOAT64", "round($1)"),
      signature(["FLOAT64", "INT64"], "FLOAT64", "error('ROUND of a FLOAT64 to decimals is refused')"),
      signature(["NUMERIC"], "NUMERIC", numericRound),
      signature(["NUMERIC", "INT64"], "NUMERIC", numericRound),
    ],
    "to decimals only for NUMERIC",
  ),
  define("TRUNC", [
    signature(["FLOAT64"], "FLOAT64", "trunc($1)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("trunc($1)")),
  ]),
  define("CEIL CEILING", [
    signature(["FLOAT64"], "FLOAT64", "ceil($1)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("ceil($1)")),
  ]),
  define("FLOOR", [
    signature(["FLOAT64"], "FLOAT64", "floor($1)"),
    signature(["NUMERIC"], "NUMERIC", toNumeric("floor($1)")),
  ]),
  define("SQRT", [signature(["FLOAT64"], "FLOAT64", "sqrt($1)")], "a NUMERIC argument is refused"),
  define("EXP", [signature(["FLOAT64"], "FLOAT64", finite("EXP", "exp($1)"))], "a NUMERIC argument is refused"),
  define("LN", [signature(["FLOAT64"], "FLOAT64", "ln($1)")], "a NUMERIC argument is refused"),
  define("LOG", [signature(["FLOAT64"], "FLOAT64", "ln($1)")], "natural; a NUMERIC argument is refused"),
  define("SIN", [signature(["FLOAT64"], "FLOAT64", "sin($1)")], "a NUMERIC argument is refused"),
  define("COS", [signature(["FLOAT64"], "FLOAT64", "cos($1)")], "a NUMERIC argument is refused"),
  define("TAN", [signature(["FLOAT64"], "FLOAT64", "tan($1)")], "a NUMERIC argument is refused"),
  define("ATAN", [signature(["FLOAT64"], "FLOAT64", "atan($1)")], "a NUMERIC argument is refused"),
  define("LOG10", [signature(["FLOAT64"], "FLOAT64", "log10($1)")], "a NUMERIC argument is refused"),
  define(
    "POW POWER",
    [signature(["FLOAT64", "FLOAT64"], "FLOAT64", finite("POW", "pow($1, $2)"))],
    "a NUMERIC argument is refused",
  ),
  define("SAFE_ADD", [signature(["INT64", "INT64"], "INT64", safeInteger("+"))], "INT64 only"),
  define("SAFE_SUBTRACT", [signature(["INT64", "INT64"], "INT64", safeInteger("-"))], "INT64 only"),
  define("SAFE_MULTIPLY", [signature(["INT64", "INT64"], "INT64", safeInteger("*"))], "INT64 only"),
  define("SAFE_NEGATE", [signature(["INT64"], "INT64", "TRY_CAST(-CAST($1 AS HUGEINT) AS BIGINT)")], "INT64 only"),
  { ...define("RAND", [signature([], "FLOAT64", "random()")]), isVolatile: true },
  { ...define("GENERATE_UUID", [signature([], "STRING", "CAST(uuid() AS VARCHAR)")]), isVolatile: true },
];

/** SUM over NUMERIC may pass 38 digits inside DuckDB's 128 bits; BigQuery reports it. */
export function checkedNumericSum(sql: string): string {
  return guard(`abs(${sql}) > ${numericMax}`, "numeric overflow: SUM", sql);
}
