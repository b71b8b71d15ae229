/** https://cloud.google.com/bigquery/docs/reference/standard-sql/interval_functions */
import { define, signature } from "./signature.ts";

export const intervalFunctions = ["JUSTIFY_DAYS", "JUSTIFY_HOURS", "JUSTIFY_INTERVAL"].map((name) =>
  define(name, [signature(["INTERVAL"], "INTERVAL", `bq_${name.toLowerCase()}($1)`)]),
);
