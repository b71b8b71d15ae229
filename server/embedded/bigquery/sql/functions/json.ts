/** https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import { define, signature } from "./signature.ts";

export const jsonFunctions = [
  define("PARSE_JSON", [signature(["STRING"], "JSON", "bq_parse_json($1)")], "numbers must fit exactly"),
  define("JSON_TYPE", [signature(["JSON"], "STRING", "bq_json_type($1)")]),
];
