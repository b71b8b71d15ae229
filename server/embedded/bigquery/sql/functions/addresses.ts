/** https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions */
import { define, signature } from "./signature.ts";

export const addressFunctions = [
  define("NET.IP_FROM_STRING", [signature(["STRING"], "BYTES", "bq_ip_from_string($1)")]),
  define("NET.SAFE_IP_FROM_STRING", [signature(["STRING"], "BYTES", "bq_safe_ip_from_string($1)")]),
  define("NET.IP_TO_STRING", [signature(["BYTES"], "STRING", "bq_ip_to_string($1)")]),
  define("NET.IP_NET_MASK", [signature(["INT64", "INT64"], "BYTES", "bq_ip_net_mask($1, $2)")]),
  define("NET.IP_TRUNC", [signature(["BYTES", "INT64"], "BYTES", "bq_ip_trunc($1, $2)")]),
  define("NET.IPV4_FROM_INT64", [signature(["INT64"], "BYTES", "bq_ipv4_from_int64($1)")]),
  define("NET.IPV4_TO_INT64", [signature(["BYTES"], "INT64", "bq_ipv4_to_int64($1)")]),
  define("NET.HOST", [signature(["STRING"], "STRING", "bq_partial_host($1)")], "of whole URLs with a plain host"),
];
