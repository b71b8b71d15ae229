/** https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions */
import { define, guard, signature } from "./signature.ts";

const rowsMax = 1_048_575;

const series = (step: string): string =>
  guard(
    `${step} = 0`,
    "Sequence step cannot be 0.",
    guard(
      `abs(CAST($2 AS HUGEINT) - $1) // abs(CAST(${step} AS HUGEINT)) > ${rowsMax}`,
      "GENERATE_ARRAY: too many elements",
      `generate_series($1, $2, ${step})`,
    ),
  );

/** Each element is the first plus a multiple of the step. */
const realSeries = (type: "DOUBLE" | "DECIMAL(38,9)", step: string): string => {
  const count = '("$g".l - "$g".f) / "$g".s';
  const element = `CAST("$g".f + CAST("$i" AS ${type}) * "$g".s AS ${type})`;
  const isFinite =
    type === "DOUBLE"
      ? ` WHEN NOT isfinite("$g".f + "$g".l + "$g".s) THEN error('GENERATE_ARRAY of NaN or infinity is refused')`
      : "";
  return `list_transform([{f: $1, l: $2, s: ${step}}], lambda "$g":
    CASE WHEN "$g".f IS NULL OR "$g".l IS NULL OR "$g".s IS NULL THEN NULL${isFinite}
    WHEN "$g".s = 0 THEN error('Sequence step cannot be 0.')
    WHEN ${count} > ${rowsMax} THEN error('GENERATE_ARRAY: too many elements')
    ELSE list_filter(list_transform(range(0, CAST(greatest(floor(${count}), -2) AS BIGINT) + 2), lambda "$i": ${element}),
      lambda "$v": CASE WHEN "$g".s > 0 THEN "$v" <= "$g".l ELSE "$v" >= "$g".l END) END)[1]`;
};

/** Offsets below zero count from the end; what reaches beyond either end is cut off. */
const fromStart = (offset: string): string => `CASE WHEN ${offset} < 0 THEN ${offset} + len($1) ELSE ${offset} END`;
const slice = `(CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL
  ELSE list_slice($1, greatest(${fromStart("$2")}, 0) + 1, greatest(${fromStart("$3")}, -1) + 1) END)`;

/** DuckDB's own function takes no other separator. */
const isLiteral = /^'(?:[^']|'')*'$/;

export const arrayFunctions = [
  define("ARRAY_LENGTH", [signature(["ARRAY<T>"], "INT64", "CAST(len($1) AS BIGINT)")]),
  define("ARRAY_FIRST", [
    signature(
      ["ARRAY<T>"],
      "T",
      guard("len($1) = 0", "ARRAY_FIRST cannot get the first element of an empty array", "$1[1]"),
    ),
  ]),
  define("ARRAY_LAST", [
    signature(
      ["ARRAY<T>"],
      "T",
      guard("len($1) = 0", "ARRAY_LAST cannot get the last element of an empty array", "$1[len($1)]"),
    ),
  ]),
  define("ARRAY_REVERSE", [signature(["ARRAY<T>"], "ARRAY<T>", "list_reverse($1)")]),
  define("ARRAY_TO_STRING", [
    signature(["ARRAY<STRING>", "STRING"], "STRING", ([list = "", separator = ""]) =>
      isLiteral.test(separator)
        ? `coalesce(array_to_string(${list}, ${separator}), CASE WHEN ${list} IS NOT NULL THEN '' END)`
        : `bq_join(${list}, ${separator})`,
    ),
    signature(["ARRAY<STRING>", "STRING", "STRING"], "STRING", "bq_join_all($1, $2, $3)"),
  ]),
  define("ARRAY_SLICE", [signature(["ARRAY<T>", "INT64", "INT64"], "ARRAY<T>", slice)]),
  define("GENERATE_ARRAY", [
    signature(["INT64", "INT64"], "ARRAY<INT64>", series("1::BIGINT")),
    signature(["INT64", "INT64", "INT64"], "ARRAY<INT64>", series("$3")),
    signature(["NUMERIC", "NUMERIC"], "ARRAY<NUMERIC>", realSeries("DECIMAL(38,9)", "1::DECIMAL(38,9)")),
    signature(["NUMERIC", "NUMERIC", "NUMERIC"], "ARRAY<NUMERIC>", realSeries("DECIMAL(38,9)", "$3")),
    signature(["FLOAT64", "FLOAT64"], "ARRAY<FLOAT64>", realSeries("DOUBLE", "1::DOUBLE")),
    signature(["FLOAT64", "FLOAT64", "FLOAT64"], "ARRAY<FLOAT64>", realSeries("DOUBLE", "$3")),
  ]),
];
