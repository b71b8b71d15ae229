/** https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions */
import { define, guard, signature } from "./signature.ts";

const rowsMax = 1_048_575;

const series = (step: string): string =>
  guard(
    `${step} = 0`,
    "GENERATE_ARRAY: the step is 0",
    guard(
      `abs(CAST($2 AS HUGEINT) - $1) // abs(CAST(${step} AS HUGEINT)) > ${rowsMax}`,
      "GENERATE_ARRAY: too many elements",
      `generate_series($1, $2, ${step})`,
    ),
  );

/** Offsets below zero count from the end; what reaches beyond either end is cut off. */
const fromStart = (offset: string): string => `CASE WHEN ${offset} < 0 THEN ${offset} + len($1) ELSE ${offset} END`;
const slice = `(CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL
  ELSE list_slice($1, greatest(${fromStart("$2")}, 0) + 1, greatest(${fromStart("$3")}, -1) + 1) END)`;

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
    signature(
      ["ARRAY<STRING>", "STRING"],
      "STRING",
      "coalesce(array_to_string($1, $2), CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN '' END)",
    ),
    signature(
      ["ARRAY<STRING>", "STRING", "STRING"],
      "STRING",
      `(CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL
        ELSE coalesce(array_to_string(list_transform($1, lambda "$e": coalesce("$e", $3)), $2), '') END)`,
    ),
  ]),
  define("ARRAY_SLICE", [signature(["ARRAY<T>", "INT64", "INT64"], "ARRAY<T>", slice)]),
  define(
    "GENERATE_ARRAY",
    [
      signature(["INT64", "INT64"], "ARRAY<INT64>", series("1::BIGINT")),
      signature(["INT64", "INT64", "INT64"], "ARRAY<INT64>", series("$3")),
    ],
    "INT64 only",
  ),
];
