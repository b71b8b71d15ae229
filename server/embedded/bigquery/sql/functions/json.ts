/** https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import { define, signature } from "./signature.ts";

export const jsonFunctions = [define("JSON_TYPE", [signature(["JSON"], "STRING", "bq_json_type($1)")])];
