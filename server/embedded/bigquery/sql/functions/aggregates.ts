/** https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions */
export const aggregateFunctions = {
  COUNT: "COUNT(*), COUNT(x), COUNT(DISTINCT x)",
  COUNTIF: "0 over no rows",
  SUM: "INT64, NUMERIC, FLOAT64; overflow is an error",
  AVG: "NUMERIC stays exact",
  MIN: "any comparable type",
  MAX: "any comparable type",
  ANY_VALUE: "any type; HAVING MAX and MIN",
  MAX_BY: "(x, key)",
  MIN_BY: "(x, key)",
  STRING_AGG: "of STRING and BYTES, with a constant separator, ORDER BY and LIMIT",
  ARRAY_AGG: "with IGNORE NULLS, ORDER BY and LIMIT; a NULL element is an error",
  ARRAY_CONCAT_AGG: "with ORDER BY and LIMIT",
  APPROX_COUNT_DISTINCT: "counts exactly",
  APPROX_QUANTILES: "(x, constant number [IGNORE / RESPECT NULLS]); exactly",
  APPROX_TOP_COUNT: "(x, constant number); counts exactly",
  APPROX_TOP_SUM: "(x, INT64 or NUMERIC weight, constant number); adds exactly",
  LOGICAL_AND: "BOOL",
  LOGICAL_OR: "BOOL",
  BIT_AND: "INT64",
  BIT_OR: "INT64",
  BIT_XOR: "INT64",
  STDDEV: "INT64 and FLOAT64",
  STDDEV_SAMP: "INT64 and FLOAT64",
  STDDEV_POP: "INT64 and FLOAT64",
  VARIANCE: "INT64 and FLOAT64",
  VAR_SAMP: "INT64 and FLOAT64",
  VAR_POP: "INT64 and FLOAT64",
  CORR: "INT64 and FLOAT64",
  COVAR_POP: "INT64 and FLOAT64",
  COVAR_SAMP: "INT64 and FLOAT64",
  GROUPING: "of a ROLLUP key",
} as const;

export type AggregateFunction = keyof typeof aggregateFunctions;

export function isAggregateFunction(name: string): name is AggregateFunction {
  return Object.hasOwn(aggregateFunctions, name);
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions and numbering_functions */
export const windowFunctions = {
  ROW_NUMBER: "()",
  RANK: "() with ORDER BY",
  DENSE_RANK: "() with ORDER BY",
  PERCENT_RANK: "() with ORDER BY",
  CUME_DIST: "() with ORDER BY",
  NTILE: "(constant) with ORDER BY",
  LAG: "(x[, constant offset[, default]]) with ORDER BY",
  LEAD: "(x[, constant offset[, default]]) with ORDER BY",
  FIRST_VALUE: "(x [IGNORE NULLS]) with ORDER BY",
  NTH_VALUE: "(x, constant n [IGNORE NULLS]) with ORDER BY",
  LAST_VALUE: "(x [IGNORE NULLS]) with ORDER BY",
  PERCENTILE_CONT: "(x, constant [RESPECT NULLS]) of INT64 and FLOAT64",
  PERCENTILE_DISC: "(x, constant [RESPECT NULLS])",
} as const;

export type WindowFunction = keyof typeof windowFunctions;

export function isWindowFunction(name: string): name is WindowFunction {
  return Object.hasOwn(windowFunctions, name);
}
