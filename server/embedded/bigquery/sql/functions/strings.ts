/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions and hash_functions */
import { define, guard, signature } from "./signature.ts";

/** What TRIM removes by default: Unicode's White_Space characters. */
const whitespace =
  String.raw`'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'`
    .replaceAll(/\\u([0-9a-f]{4})/g, (_, digits: string) => String.fromCodePoint(parseInt(digits, 16)))
    .replaceAll(/\\([tnvfr])/g, (_, letter: string) => ({ t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" })[letter] ?? "");

/** Letters whose case changes into several letters, or by context; DuckDB maps one to one. */
const specialUpper = "[ßŉǰΐΰևẖ-ẚὐ-῾ﬀ-ﬗ]";
const specialLower = "[İΣ]";

const caseSql = (name: string, special: string): string =>
  guard(`regexp_matches($1, '${special}')`, `${name.toUpperCase()} of this letter is refused`, `${name}($1)`);

const substringStart = `CASE WHEN $2 > 0 THEN least($2, 2147483647) WHEN $2 = 0 OR $2 < -length($1) THEN 1
  ELSE length($1) + $2 + 1 END`;

const padLimit = 1_048_576;

function pad(name: string): string {
  return guard(
    `$2 < 0 OR $2 > ${padLimit}`,
    `${name.toUpperCase()}: the length must be from 0 to ${padLimit}`,
    guard("$3 = ''", `${name.toUpperCase()}: the pattern is empty`, `${name}($1, CAST($2 AS INTEGER), $3)`),
  );
}

const side = (name: string): string =>
  guard("$2 < 0", `${name.toUpperCase()}: the length is negative`, `${name}($1, least($2, 2147483647))`);

export const stringFunctions = [
  define("LENGTH", [signature(["STRING"], "INT64", "length($1)"), signature(["BYTES"], "INT64", "octet_length($1)")]),
  define("CHAR_LENGTH CHARACTER_LENGTH", [signature(["STRING"], "INT64", "length($1)")]),
  define("BYTE_LENGTH OCTET_LENGTH", [
    signature(["STRING"], "INT64", "octet_length(encode($1))"),
    signature(["BYTES"], "INT64", "octet_length($1)"),
  ]),
  define("UPPER", [signature(["STRING"], "STRING", caseSql("upper", specialUpper))], "letters like ß are refused"),
  define("LOWER", [signature(["STRING"], "STRING", caseSql("lower", specialLower))], "letters like İ are refused"),
  define("CONCAT", [
    signature(["STRING"], "STRING", (args) => `(${args.join(" || ")})`, { isVariadic: true }),
    signature(["BYTES"], "BYTES", (args) => `(${args.join(" || ")})`, { isVariadic: true }),
  ]),
  define("SUBSTR SUBSTRING", [
    signature(["STRING", "INT64"], "STRING", `substr($1, ${substringStart})`),
    signature(
      ["STRING", "INT64", "INT64"],
      "STRING",
      guard("$3 < 0", "SUBSTR: the length is negative", `substr($1, ${substringStart}, least($3, 2147483647))`),
    ),
  ]),
  define("LEFT", [signature(["STRING", "INT64"], "STRING", side("left"))]),
  define("RIGHT", [signature(["STRING", "INT64"], "STRING", side("right"))]),
  define("STARTS_WITH", [signature(["STRING", "STRING"], "BOOL", "starts_with($1, $2)")]),
  define("ENDS_WITH", [signature(["STRING", "STRING"], "BOOL", "ends_with($1, $2)")]),
  define("STRPOS", [
    signature(["STRING", "STRING"], "INT64", "(CASE WHEN $2 = '' AND $1 IS NOT NULL THEN 1 ELSE strpos($1, $2) END)"),
  ]),
  define("INSTR", [
    signature(["STRING", "STRING"], "INT64", guard("$2 = ''", "INSTR of an empty text is refused", "strpos($1, $2)")),
  ]),
  define(
    "REVERSE",
    [
      signature(
        ["STRING"],
        "STRING",
        `array_to_string(list_transform(generate_series(length($1), 1, -1), lambda "$i": substr($1, "$i", 1)), '')`,
      ),
    ],
    "by code points",
  ),
  define("REPLACE", [signature(["STRING", "STRING", "STRING"], "STRING", "replace($1, $2, $3)")]),
  define("TRIM", [
    signature(["STRING"], "STRING", `trim($1, ${whitespace})`),
    signature(["STRING", "STRING"], "STRING", "trim($1, $2)"),
  ]),
  define("LTRIM", [
    signature(["STRING"], "STRING", `ltrim($1, ${whitespace})`),
    signature(["STRING", "STRING"], "STRING", "ltrim($1, $2)"),
  ]),
  define("RTRIM", [
    signature(["STRING"], "STRING", `rtrim($1, ${whitespace})`),
    signature(["STRING", "STRING"], "STRING", "rtrim($1, $2)"),
  ]),
  define("LPAD", [
    signature(["STRING", "INT64"], "STRING", pad("lpad").replaceAll("$3", "' '")),
    signature(["STRING", "INT64", "STRING"], "STRING", pad("lpad")),
  ]),
  define("RPAD", [
    signature(["STRING", "INT64"], "STRING", pad("rpad").replaceAll("$3", "' '")),
    signature(["STRING", "INT64", "STRING"], "STRING", pad("rpad")),
  ]),
  define("REPEAT", [
    signature(
      ["STRING", "INT64"],
      "STRING",
      guard(`$2 < 0 OR $2 > ${padLimit}`, "REPEAT: bad number of repetitions", "repeat($1, $2)"),
    ),
  ]),
  define("SPLIT", [
    signature(["STRING"], "ARRAY<STRING>", "string_split($1, ',')"),
    signature(
      ["STRING", "STRING"],
      "ARRAY<STRING>",
      guard("$2 = ''", "SPLIT by an empty text is refused", "string_split($1, $2)"),
    ),
  ]),
  define("TO_HEX", [signature(["BYTES"], "STRING", "lower(hex($1))")]),
  define("FROM_HEX", [signature(["STRING"], "BYTES", "unhex($1)")]),
  define("TO_BASE64", [signature(["BYTES"], "STRING", "to_base64($1)")]),
  define("FROM_BASE64", [signature(["STRING"], "BYTES", "from_base64($1)")]),
  define("SHA256", [
    signature(["STRING"], "BYTES", "unhex(sha256($1))"),
    signature(["BYTES"], "BYTES", "unhex(sha256($1))"),
  ]),
  define("SHA1", [signature(["STRING"], "BYTES", "unhex(sha1($1))"), signature(["BYTES"], "BYTES", "unhex(sha1($1))")]),
  define("MD5", [signature(["STRING"], "BYTES", "unhex(md5($1))"), signature(["BYTES"], "BYTES", "unhex(md5($1))")]),
];
