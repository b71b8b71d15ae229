import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const strings = "string_functions";

/** BYTES are answered as base64: b'abc' is YWJj. */
describe("functions on BYTES", () => {
  checkSemantics([
    gives(
      "SELECT SUBSTR(b'abc', 2), SUBSTR(b'\\xe2\\x82', -1), SUBSTR(b'abc', 0, 1)",
      ["YmM=", "gg==", "YQ=="],
      `${strings}#substr`,
    ),
    fails("SELECT SUBSTR(b'abc', 1, -1)", /negative/, `${strings}#substr`),
    gives("SELECT LEFT(b'abc', 2), RIGHT(b'abc', 2), RIGHT(b'abc', 9)", ["YWI=", "YmM=", "YWJj"], `${strings}#left`),
    gives("SELECT LPAD(b'a', 3, b'xy'), RPAD(b'a', 3), LPAD(b'abc', 2)", ["eHlh", "YSAg", "YWI="], `${strings}#lpad`),
    gives(
      "SELECT REPEAT(b'ab', 2), REVERSE(b'ab'), REPLACE(b'aba', b'a', b'c')",
      ["YWJhYg==", "YmE=", "Y2Jj"],
      `${strings}#repeat`,
    ),
    gives(
      "SELECT TRIM(b'xax', b'x'), LTRIM(b'xax', b'x'), RTRIM(b'xax', b'x')",
      ["YQ==", "YXg=", "eGE="],
      `${strings}#trim`,
    ),
    gives(
      "SELECT UPPER(b'a\\xe9'), LOWER(b'AB'), TRANSLATE(b'abc', b'ab', b'x')",
      ["Qek=", "YWI=", "eGM="],
      `${strings}#upper`,
    ),
    gives(
      "SELECT STRPOS(b'\\xff\\xfe', b'\\xfe'), INSTR(b'abab', b'b', -1), STARTS_WITH(b'ab', b'a'), ENDS_WITH(b'ab', b'a')",
      ["2", "4", "true", "false"],
      `${strings}#strpos`,
    ),
    gives(
      "SELECT SPLIT(b'a,b', b','), SPLIT(b'ab', b''), TO_CODE_POINTS(b'\\x00\\xff')",
      [
        ["YQ==", "Yg=="],
        ["YQ==", "Yg=="],
        ["0", "255"],
      ],
      `${strings}#split`,
    ),
    gives(
      "SELECT SAFE_CONVERT_BYTES_TO_STRING(b'a\\xc2b'), BIT_COUNT(b'\\xff\\x01')",
      ["a\uFFFDb", "9"],
      `${strings}#safe_convert_bytes_to_string`,
    ),
    gives(
      "SELECT TO_BASE32(b'abcde\\xFF'), FROM_BASE32('MFRGGZDF74======')",
      ["MFRGGZDF74======", "YWJjZGX/"],
      `${strings}#to_base32`,
    ),
    gives("SELECT FROM_HEX('0AF'), FROM_BASE64('YQ==')", ["AK8=", "YQ=="], `${strings}#from_hex`),
    fails("SELECT FROM_HEX('0g')", /hexadecimal/, `${strings}#from_hex`),
    gives("SELECT FROM_BASE64('YW I'), ASCII(b'\\xff')", ["YWI=", "255"], `${strings}#from_base64`),
    fails("SELECT FROM_BASE64('YQ=')", /base64/, `${strings}#from_base64`),
    gives(
      "SELECT TO_HEX(SHA512(''))",
      [
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
      ],
      "hash_functions#sha512",
    ),
  ]);
});
