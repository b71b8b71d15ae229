/** JSON values made and changed, and what they may mean. Google's reference implementation of GoogleSQL answered. */
import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const page = "json_functions";

describe("JSON_ARRAY and JSON_OBJECT", () => {
  checkSemantics([
    gives(
      `SELECT JSON_ARRAY(), JSON_ARRAY(1, 'a', NULL, TRUE, [1, 2], STRUCT(1 AS a), JSON '{"x":1}', 1.5, DATE '2024-01-01', NUMERIC '1.5', b'ab', CAST(NULL AS ARRAY<INT64>))`,
      ["[]", '[1,"a",null,true,[1,2],{"a":1},{"x":1},1.5,"2024-01-01",1.5,"YWI=",null]'],
      `${page}#json_array`,
    ),
    gives(
      "SELECT JSON_OBJECT(), JSON_OBJECT('b', 1, 'a', NULL, 'b', 2), JSON_OBJECT(['x', 'y'], [1, 2]), JSON_OBJECT(['a', 'a'], [NULL, 'x']), JSON_OBJECT('a', JSON_OBJECT('b', [1]))",
      ["{}", '{"a":null,"b":1}', '{"x":1,"y":2}', '{"a":null}', '{"a":{"b":[1]}}'],
      `${page}#json_object`,
    ),
    fails("SELECT JSON_OBJECT(CAST(NULL AS STRING), 1)", /key cannot be NULL/, `${page}#json_object`),
    fails("SELECT JSON_OBJECT('a')", /No matching signature/, `${page}#json_object`),
    fails("SELECT JSON_OBJECT(1, 2)", /STRING is expected/, `${page}#json_object`),
    fails("SELECT JSON_OBJECT(['a'], [1, 2])", /must match/, `${page}#json_object`),
    fails("SELECT JSON_OBJECT(['a'], CAST(NULL AS ARRAY<INT64>))", /cannot be NULL/, `${page}#json_object`),
    fails("SELECT JSON_OBJECT([], [])", /refused/, `${page}#json_object`),
  ]);
});

describe("JSON_SET and JSON_REMOVE", () => {
  checkSemantics([
    gives(
      `SELECT JSON_SET(JSON '{"a": 1}', '$', JSON '{"b": 2}'), JSON_SET(JSON '{"a": 1}', '$.a', 5, '$.b.c', 'x'), JSON_SET(JSON '[1]', '$[3]', 9), JSON_SET(JSON '{"a": null}', '$.a[1]', 1), JSON_SET(JSON '{}', '$.a.b[1].c', 1)`,
      ['{"b":2}', '{"a":5,"b":{"c":"x"}}', "[1,null,null,9]", '{"a":[null,1]}', '{"a":{"b":[null,{"c":1}]}}'],
      `${page}#json_set`,
    ),
    gives(
      `SELECT JSON_SET(JSON '{"a": 1}', '$.a.b', 5), JSON_SET(JSON '{"a": [1]}', '$.a.b', 5), JSON_SET(JSON '{"a": 1}', '$[0]', 5), JSON_SET(JSON '{"a": null}', '$.a.b', 1, create_if_missing => FALSE), JSON_SET(JSON '[1,2]', '$[2]', 5, create_if_missing => FALSE), JSON_SET(JSON '1', '$', 2, create_if_missing => FALSE), JSON_SET(CAST(NULL AS JSON), '$.a', 1), JSON_SET(JSON '{"a":1}', NULL, 1, '$.b', NULL)`,
      ['{"a":1}', '{"a":[1]}', '{"a":1}', '{"a":null}', "[1,2]", "2", null, '{"a":1,"b":null}'],
      `${page}#json_set`,
    ),
    fails("SELECT JSON_SET(JSON '{}', '$.a[2000000]', 1)", /maximum array size/, `${page}#json_set`),
    fails("SELECT JSON_SET(JSON '{}', 'a', 1)", /must start with/, `${page}#json_set`),
    fails("SELECT JSON_SET(JSON '{}', '$.a')", /No matching signature/, `${page}#json_set`),
    fails("SELECT JSON_SET(JSON '{}', '$.0', 1)", /refused/, `${page}#json_set`),
    gives(
      `SELECT JSON_REMOVE(JSON '["a", ["b", "c"], "d"]', '$[1]', '$[1]'), JSON_REMOVE(JSON '{"a": 1, "b": {"c": 2}}', '$.b.c', NULL, '$.x'), JSON_REMOVE(JSON '{"a":[1,{"b":2,"c":3}]}', '$.a[1].b', '$.a[0]'), JSON_REMOVE(JSON 'null', '$[0]')`,
      ['["a"]', '{"a":1,"b":{}}', '{"a":[{"c":3}]}', "null"],
      `${page}#json_remove`,
    ),
    fails("SELECT JSON_REMOVE(JSON '{}', '$')", /cannot be '\$'/, `${page}#json_remove`),
  ]);
});

describe("JSON_ARRAY_APPEND, JSON_ARRAY_INSERT, JSON_STRIP_NULLS and JSON_KEYS", () => {
  checkSemantics([
    gives(
      `SELECT JSON_ARRAY_APPEND(JSON '["a", ["b"]]', '$[1]', [1, 2], '$', 3), JSON_ARRAY_APPEND(JSON '["a"]', '$', [1, 2], append_each_element => FALSE), JSON_ARRAY_APPEND(JSON '{"a": 1}', '$.a', 2), JSON_ARRAY_APPEND(JSON '{"a": null}', '$.a', 2), JSON_ARRAY_APPEND(JSON '[1]', '$', NULL), JSON_ARRAY_APPEND(JSON '[1]', '$', CAST(NULL AS ARRAY<INT64>)), JSON_ARRAY_APPEND(JSON '[]', '$', JSON '[1]')`,
      ['["a",["b",1,2],3]', '["a",[1,2]]', '{"a":1}', '{"a":[2]}', "[1,null]", "[1]", "[[1]]"],
      `${page}#json_array_append`,
    ),
    gives(
      `SELECT JSON_ARRAY_INSERT(JSON '["a"]', '$[0]', 1, '$[0]', 2), JSON_ARRAY_INSERT(JSON '["a"]', '$[3]', [1, 2]), JSON_ARRAY_INSERT(JSON '{"a":null}', '$.a[1]', [2], insert_each_element => FALSE), JSON_ARRAY_INSERT(JSON '{}', '$.a[0]', 2), JSON_ARRAY_INSERT(JSON '["a"]', '$', 1)`,
      ['[2,1,"a"]', '["a",null,null,1,2]', '{"a":[null,[2]]}', "{}", '["a"]'],
      `${page}#json_array_insert`,
    ),
    gives(
      `SELECT JSON_STRIP_NULLS(JSON '{"a": null, "b": [1, null], "c": {"d": null}}'), JSON_STRIP_NULLS(JSON '{"a": null, "b": [1, null]}', include_arrays => FALSE), JSON_STRIP_NULLS(JSON '{"a": {"b": null}, "c": [null, {"d": null}]}', remove_empty => TRUE), JSON_STRIP_NULLS(JSON '{"a": {"b": null}, "c": [null, {"d": null}], "e": []}', include_arrays => FALSE, remove_empty => TRUE), JSON_STRIP_NULLS(JSON '{"a": {"b": null}, "c": {"d": null}}', '$.a'), JSON_STRIP_NULLS(JSON 'null')`,
      ['{"b":[1],"c":{}}', '{"b":[1,null]}', "null", '{"c":[null,{}],"e":[]}', '{"a":{},"c":{"d":null}}', "null"],
      `${page}#json_strip_nulls`,
    ),
    gives(
      `SELECT JSON_KEYS(JSON '{"a": {"b": 1}, "c": [{"d": 2}], "a-b": 1}'), JSON_KEYS(JSON '{"a": {"b": 1}}', 1), JSON_KEYS(JSON '{"c": [{"d": 2}], "e": [[{"f": 3}]]}', mode => 'lax'), JSON_KEYS(JSON '{"e": [[{"f": 3}]]}', mode => 'LAX recursive'), JSON_KEYS(JSON '{"a.b": {"c d": 1}}'), JSON_KEYS(JSON '1')`,
      [["a", "a-b", "a.b", "c"], ["a"], ["c", "c.d", "e"], ["e", "e.f"], ['"a.b"', '"a.b".c d'], []],
      `${page}#json_keys`,
    ),
    fails("SELECT JSON_KEYS(JSON '{}', 0)", /positive/, `${page}#json_keys`),
    fails("SELECT JSON_KEYS(JSON '{}', mode => 'x')", /mode/, `${page}#json_keys`),
  ]);
});

describe("what JSON may mean", () => {
  checkSemantics([
    gives(
      `SELECT LAX_BOOL(JSON '"TRUE"'), LAX_BOOL(JSON '"foo"'), LAX_BOOL(JSON '0.5'), LAX_BOOL(JSON '0.0'), LAX_BOOL(JSON 'null'), LAX_BOOL(JSON '[1]')`,
      ["true", null, "true", "false", null, null],
      `${page}#lax_bool`,
    ),
    gives(
      `SELECT LAX_INT64(JSON '2.5'), LAX_INT64(JSON '-1.5'), LAX_INT64(JSON '"1.1"'), LAX_INT64(JSON 'true'), LAX_INT64(JSON '1e100'), LAX_INT64(JSON '"1e3"'), LAX_INT64(JSON '18446744073709551615'), LAX_INT64(JSON '"0x10"'), LAX_INT64(JSON '" 10 "'), LAX_INT64(JSON '"9007199254740993.0"'), LAX_INT64(JSON '0.49999999999999994'), LAX_INT64(JSON '"inf"')`,
      ["3", "-2", "1", "1", null, "1000", null, null, "10", "9007199254740993", "0", null],
      `${page}#lax_int64`,
    ),
    gives(
      `SELECT LAX_FLOAT64(JSON '"1.1"'), LAX_FLOAT64(JSON 'true'), LAX_FLOAT64(JSON '"foo"'), LAX_FLOAT64(JSON '"-Infinity"'), LAX_FLOAT64(JSON '9007199254740993'), LAX_STRING(JSON '10'), LAX_STRING(JSON 'true'), LAX_STRING(JSON '1.0'), LAX_STRING(JSON '[1]')`,
      ["1.1", null, null, "-Infinity", "9007199254740992", "10", "true", "1", null],
      `${page}#lax_double`,
    ),
    gives(
      "SELECT FLOAT64(JSON '9007199254740993'), PARSE_JSON('123456789012345678901234567890', wide_number_mode => 'round')",
      ["9007199254740992", "1.2345678901234568e+29"],
      `${page}#double_for_json`,
    ),
    fails(
      "SELECT FLOAT64(JSON '9007199254740993', wide_number_mode => 'exact')",
      /loss of precision/,
      `${page}#double_for_json`,
    ),
    fails("SELECT PARSE_JSON('1e400', wide_number_mode => 'round')", /overflow/, `${page}#parse_json`),
    gives("SELECT JSON '[1]'.a, JSON '{\"a\": 1}'[0]", [null, null], "operators#json_subscript_operator"),
  ]);
});

describe("the digits of numbers in JSON", () => {
  checkSemantics([
    // 17 digits where CAST writes 17, too, and fewer where they say the same.
    gives(
      "SELECT TO_JSON(0.3333333333333333), CAST(0.3333333333333333 AS STRING), TO_JSON(1234567890123456.7), TO_JSON(5e-324), TO_JSON(12345678901234567.0), PARSE_JSON('0.1234567890123456'), TO_JSON(-0.0), TO_JSON(1e15), TO_JSON(0.0001), TO_JSON(0.00001)",
      [
        "0.3333333333333333",
        "0.33333333333333331",
        "1.2345678901234567e+15",
        "5e-324",
        "1.2345678901234568e+16",
        "0.1234567890123456",
        "0.0",
        "1e+15",
        "0.0001",
        "1e-05",
      ],
      `${page}#to_json`,
    ),
    // 2^81: DuckDB itself writes twice as much.
    gives(
      "SELECT TO_JSON(2417851639229258349412352.0), FORMAT('%t', 2417851639229258349412352.0), CAST(123456789012345680000.0 AS STRING)",
      ["2.4178516392292583e+24", "2.4178516392292583e+24", "1.2345678901234568e+20"],
      `${page}#to_json`,
    ),
    gives(
      "SELECT TO_JSON(NUMERIC '1.5'), TO_JSON(NUMERIC '123456789.123456789'), TO_JSON(NUMERIC '12345678901234567890'), TO_JSON(NUMERIC '-9223372036854775809'), TO_JSON(NUMERIC '123456789.123456789', stringify_wide_numbers => TRUE), TO_JSON(NUMERIC '0.1', stringify_wide_numbers => TRUE), TO_JSON(NUMERIC '1e19', stringify_wide_numbers => TRUE), TO_JSON(NUMERIC '1e20', stringify_wide_numbers => TRUE), TO_JSON([9007199254740993], stringify_wide_numbers => TRUE)",
      [
        "1.5",
        "123456789.12345679",
        "12345678901234567890",
        "-9.223372036854776e+18",
        '"123456789.123456789"',
        "0.1",
        '"10000000000000000000"',
        "1e+20",
        '["9007199254740993"]',
      ],
      `${page}#to_json`,
    ),
    gives(
      `SELECT FORMAT('%p|%10p|%t|%T', JSON '{"a":[1,2]}', JSON '1', JSON '"x"', JSON '"it\\'s"'), FORMAT('%P', JSON '{"a":[1]}'), FORMAT('%T', [JSON '{"a":1}']), FORMAT('%p', CAST(NULL AS JSON))`,
      ['{"a":[1,2]}|         1|"x"|JSON "\\"it\'s\\""', '{\n  "a": [\n    1\n  ]\n}', `[JSON '{"a":1}']`, null],
      "string_functions#format_string",
    ),
  ]);
});
