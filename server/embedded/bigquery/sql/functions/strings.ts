/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions */
import { define, guard, signature } from "./signature.ts";
import type { Signature } from "./signature.ts";

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

const outputMax = 1_048_576;

function pad(name: string): string {
  return guard(
    `($2 < 0 OR $2 > ${outputMax}) AND $1 IS NOT NULL AND $3 IS NOT NULL`,
    `${name.toUpperCase()}: the length must be from 0 to ${outputMax}`,
    guard(
      "$3 = '' AND $1 IS NOT NULL AND $2 IS NOT NULL",
      `${name.toUpperCase()}: the pattern is empty`,
      `${name}($1, CAST($2 AS INTEGER), $3)`,
    ),
  );
}

// DuckDB's least leaves NULL out of account.
const side = (name: string): string =>
  guard(
    "$2 < 0 AND $1 IS NOT NULL",
    `${name.toUpperCase()}: the length is negative`,
    `${name}($1, CASE WHEN $2 > 2147483647 THEN 2147483647 ELSE $2 END)`,
  );

/** The signature on BYTES of a routine that exists for both; `sql` gives its arguments. */
function onBytes(name: string, takes: Signature["takes"], gives: Signature["gives"], args: string): Signature {
  return signature(takes, gives, `bq_${name}_bytes(${args})`);
}

const blankByte = "'\\x20'::BLOB";

function instr(type: "STRING" | "BYTES"): Signature[] {
  const name = type === "STRING" ? "bq_instr" : "bq_instr_bytes";
  return [
    signature([type, type], "INT64", `${name}($1, $2, 1, 1)`),
    signature([type, type, "INT64"], "INT64", `${name}($1, $2, $3, 1)`),
    signature([type, type, "INT64", "INT64"], "INT64", `${name}($1, $2, $3, $4)`),
  ];
}

function trim(name: "trim" | "ltrim" | "rtrim"): Signature[] {
  return [
    signature(["STRING"], "STRING", `${name}($1, ${whitespace})`),
    signature(["STRING", "STRING"], "STRING", `${name}($1, $2)`),
    onBytes(name, ["BYTES", "BYTES"], "BYTES", "$1, $2"),
  ];
}

const positions = [
  define("SUBSTR SUBSTRING", [
    signature(["STRING", "INT64"], "STRING", `substr($1, ${substringStart})`),
    signature(
      ["STRING", "INT64", "INT64"],
      "STRING",
      guard(
        "$3 < 0 AND $1 IS NOT NULL AND $2 IS NOT NULL",
        "SUBSTR: the length is negative",
        `substr($1, ${substringStart}, CASE WHEN $3 > 2147483647 THEN 2147483647 ELSE $3 END)`,
      ),
    ),
    onBytes("substr", ["BYTES", "INT64"], "BYTES", "$1, $2, 9223372036854775807"),
    onBytes("substr", ["BYTES", "INT64", "INT64"], "BYTES", "$1, $2, $3"),
  ]),
  define("LEFT", [
    signature(["STRING", "INT64"], "STRING", side("left")),
    onBytes("left", ["BYTES", "INT64"], "BYTES", "$1, $2"),
  ]),
  define("RIGHT", [
    signature(["STRING", "INT64"], "STRING", side("right")),
    onBytes("right", ["BYTES", "INT64"], "BYTES", "$1, $2"),
  ]),
  define("STARTS_WITH", [
    signature(["STRING", "STRING"], "BOOL", "starts_with($1, $2)"),
    onBytes("starts_with", ["BYTES", "BYTES"], "BOOL", "$1, $2"),
  ]),
  define("ENDS_WITH", [
    signature(["STRING", "STRING"], "BOOL", "ends_with($1, $2)"),
    onBytes("ends_with", ["BYTES", "BYTES"], "BOOL", "$1, $2"),
  ]),
  define("STRPOS", [
    signature(["STRING", "STRING"], "INT64", "(CASE WHEN $2 = '' AND $1 IS NOT NULL THEN 1 ELSE strpos($1, $2) END)"),
    onBytes("instr", ["BYTES", "BYTES"], "INT64", "$1, $2, 1, 1"),
  ]),
  define("INSTR", [...instr("STRING"), ...instr("BYTES")]),
];

const shapes = [
  define(
    "REVERSE",
    [signature(["STRING"], "STRING", "bq_reverse($1)"), onBytes("reverse", ["BYTES"], "BYTES", "$1")],
    "by code points",
  ),
  define("REPLACE", [
    signature(["STRING", "STRING", "STRING"], "STRING", "replace($1, $2, $3)"),
    onBytes("replace", ["BYTES", "BYTES", "BYTES"], "BYTES", "$1, $2, $3"),
  ]),
  define("TRANSLATE", [
    signature(["STRING", "STRING", "STRING"], "STRING", "bq_translate($1, $2, $3)"),
    onBytes("translate", ["BYTES", "BYTES", "BYTES"], "BYTES", "$1, $2, $3"),
  ]),
  define("TRIM", trim("trim")),
  define("LTRIM", trim("ltrim")),
  define("RTRIM", trim("rtrim")),
  ...(["lpad", "rpad"] as const).map((name) =>
    define(name.toUpperCase(), [
      signature(["STRING", "INT64"], "STRING", pad(name).replaceAll("$3", "' '")),
      signature(["STRING", "INT64", "STRING"], "STRING", pad(name)),
      onBytes(name, ["BYTES", "INT64"], "BYTES", `$1, $2, ${blankByte}`),
      onBytes(name, ["BYTES", "INT64", "BYTES"], "BYTES", "$1, $2, $3"),
    ]),
  ),
  define("REPEAT", [
    signature(["STRING", "INT64"], "STRING", "bq_repeat($1, $2)"),
    onBytes("repeat", ["BYTES", "INT64"], "BYTES", "$1, $2"),
  ]),
  define("SPLIT", [
    signature(["STRING"], "ARRAY<STRING>", "bq_split($1, ',')"),
    signature(["STRING", "STRING"], "ARRAY<STRING>", "bq_split($1, $2)"),
    onBytes("split", ["BYTES", "BYTES"], "ARRAY<BYTES>", "$1, $2"),
  ]),
];

const letters = [
  define(
    "UPPER",
    [
      signature(["STRING"], "STRING", caseSql("upper", specialUpper)),
      signature(["BYTES"], "BYTES", "bq_upper_bytes($1)"),
    ],
    "letters like ß are refused",
  ),
  define(
    "LOWER",
    [
      signature(["STRING"], "STRING", caseSql("lower", specialLower)),
      signature(["BYTES"], "BYTES", "bq_lower_bytes($1)"),
    ],
    "letters like İ are refused",
  ),
  define(
    "INITCAP",
    [
      signature(["STRING"], "STRING", "bq_partial_initcap($1)"),
      signature(["STRING", "STRING"], "STRING", "bq_partial_initcap_by($1, $2)"),
    ],
    "letters like ß are refused",
  ),
  define("ASCII", [signature(["STRING"], "INT64", "bq_ascii($1)"), onBytes("ascii", ["BYTES"], "INT64", "$1")]),
  define("UNICODE", [signature(["STRING"], "INT64", "bq_unicode($1)")]),
  define("CHR", [signature(["INT64"], "STRING", "bq_chr($1)")]),
  define("TO_CODE_POINTS", [
    signature(["STRING"], "ARRAY<INT64>", "bq_to_code_points($1)"),
    onBytes("to_code_points", ["BYTES"], "ARRAY<INT64>", "$1"),
  ]),
  define("CODE_POINTS_TO_STRING", [signature(["ARRAY<INT64>"], "STRING", "bq_code_points_to_string($1)")]),
  define("CODE_POINTS_TO_BYTES", [signature(["ARRAY<INT64>"], "BYTES", "bq_code_points_to_bytes($1)")]),
  define("SAFE_CONVERT_BYTES_TO_STRING", [signature(["BYTES"], "STRING", "bq_safe_text($1)")]),
  define("SOUNDEX", [signature(["STRING"], "STRING", "bq_soundex($1)")]),
];

export const stringFunctions = [
  define("LENGTH", [signature(["STRING"], "INT64", "length($1)"), signature(["BYTES"], "INT64", "octet_length($1)")]),
  define("CHAR_LENGTH CHARACTER_LENGTH", [signature(["STRING"], "INT64", "length($1)")]),
  define("BYTE_LENGTH OCTET_LENGTH", [
    signature(["STRING"], "INT64", "octet_length(encode($1))"),
    signature(["BYTES"], "INT64", "octet_length($1)"),
  ]),
  ...letters,
  ...positions,
  ...shapes,
];
