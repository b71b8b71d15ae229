/** https://cloud.google.com/bigquery/docs/reference/standard-sql/hash_functions, and bytes as text */
import { define, signature } from "./signature.ts";
import type { Signature } from "./signature.ts";

function hash(sql: (bytes: string) => string): Signature[] {
  return [signature(["STRING"], "BYTES", sql("encode($1)")), signature(["BYTES"], "BYTES", sql("$1"))];
}

export const hashFunctions = [
  define("TO_HEX", [signature(["BYTES"], "STRING", "lower(hex($1))")]),
  define("FROM_HEX", [signature(["STRING"], "BYTES", "bq_from_hex($1)")]),
  define("TO_BASE64", [signature(["BYTES"], "STRING", "to_base64($1)")]),
  define("FROM_BASE64", [signature(["STRING"], "BYTES", "bq_from_base64($1)")]),
  define("TO_BASE32", [signature(["BYTES"], "STRING", "bq_to_base32($1)")]),
  define("FROM_BASE32", [signature(["STRING"], "BYTES", "bq_from_base32($1)")]),
  define(
    "MD5",
    hash((bytes) => `unhex(md5(${bytes}))`),
  ),
  define(
    "SHA1",
    hash((bytes) => `unhex(sha1(${bytes}))`),
  ),
  define(
    "SHA256",
    hash((bytes) => `unhex(sha256(${bytes}))`),
  ),
  define(
    "SHA512",
    hash((bytes) => `bq_sha512(${bytes})`),
  ),
  define("FARM_FINGERPRINT", [
    signature(["STRING"], "INT64", "bq_farm_fingerprint(encode($1))"),
    signature(["BYTES"], "INT64", "bq_farm_fingerprint($1)"),
  ]),
];
