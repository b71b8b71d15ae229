/** JSON values and JSON in STRINGs. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const json = "json_functions";
const types = "data-types#json_type";

describe("JSON in a STRING", () => {
  checkSemantics([
    gives(
      `SELECT JSON_VALUE('{"name" : "Jakob", "age" : "6", "n": 1.50}', '$.name'), JSON_VALUE('{"n": 1.50}', '$.n'), JSON_VALUE('{"fruits": ["apple"]}', '$.fruits'), JSON_VALUE('{"a": null}', '$.a'), JSON_VALUE('"x"')`,
      ["Jakob", "1.50", null, null, "x"],
      `${json}#json_value`,
    ),
    gives(
      `SELECT JSON_QUERY('{"class": {"students": [{"name" : "Jane"}, null]}}', '$.class'), JSON_QUERY('{"a": "b"}', '$.a'), JSON_QUERY('{"a": null}', '$.a'), JSON_QUERY('{"a": 1}', '$.b')`,
      ['{"students":[{"name":"Jane"},null]}', '"b"', null, null],
      `${json}#json_query`,
    ),
    gives(
      `SELECT JSON_QUERY_ARRAY('["apples", 1, {"a": [2]}]'), JSON_VALUE_ARRAY('{"f": ["a", 1, true]}', '$.f'), JSON_VALUE_ARRAY('[[1]]')`,
      [['"apples"', "1", '{"a":[2]}'], ["a", "1", "true"], []],
      `${json}#json_query_array`,
    ),
    gives(
      `SELECT JSON_VALUE('{"a.b": {"c d": 1}}', '$."a.b"."c d"'), JSON_EXTRACT_SCALAR('{"a.b": [5]}', "$['a.b'][0]"), JSON_EXTRACT('{"a": [1, 2]}', '$.a[1]')`,
      ["1", "5", "2"],
      `${json}#JSONPath_format`,
    ),
    // What stands before the fault is found; nothing after it is.
    gives(
      `SELECT JSON_VALUE('{"a": 1,,', '$.a'), JSON_VALUE('{bad', '$.a'), JSON_VALUE('', '$.a')`,
      ["1", null, null],
      `${json}#json_value`,
    ),
    gives(
      `SELECT JSON_VALUE('{"a": 1, "a": 2}', '$.a'), JSON_VALUE('{"A": 1}', '$.a')`,
      ["1", null],
      `${json}#json_value`,
    ),
    fails(`SELECT JSON_VALUE("{'a': 1}", '$.a')`, /single quotes is refused/, `${json}#json_value`),
    fails(`SELECT JSON_VALUE('{"a": [1]}', '$.a[*]')`, /JSONPath.*refused/, `${json}#JSONPath_format`),
    fails(`SELECT JSON_VALUE('{}', 'a')`, /must start with/, `${json}#JSONPath_format`),
  ]);
});

describe("the type JSON", () => {
  checkSemantics([
    gives(
      `SELECT PARSE_JSON('{"b": 1, "a": [1.0, 2e3, 1E20], "b": 2}'), JSON '{"id": 10}'.id, JSON '{"a": {"b": [7]}}'.a.b[0], JSON '[1]'[3], JSON '{"a": 1}'['a']`,
      ['{"a":[1.0,2000.0,1e+20],"b":1}', "10", "7", null, "1"],
      types,
    ),
    fails("SELECT PARSE_JSON('{\"a\": 0.1234567890123456789}')", /round-trip/, `${json}#parse_json`),
    fails("SELECT PARSE_JSON('{bad')", /PARSE_JSON/, `${json}#parse_json`),
    gives(
      "SELECT SAFE.PARSE_JSON('{bad'), JSON_VALUE(SAFE.PARSE_JSON('{\"a\": 1}'), '$.a')",
      [null, "1"],
      `${json}#parse_json`,
    ),
    gives(
      `SELECT STRING(JSON '"a"'), INT64(JSON '3.0'), FLOAT64(JSON '9.8'), BOOL(JSON 'true'), JSON_TYPE(JSON '[]')`,
      ["a", "3", "9.8", "true", "array"],
      `${json}#int64_for_json`,
    ),
    fails("SELECT INT64(JSON '1.5')", /cannot be converted/, `${json}#int64_for_json`),
    fails("SELECT STRING(JSON '1')", /not a string/, `${json}#string_for_json`),
    gives(
      "SELECT JSON_QUERY(JSON '{\"a\": null}', '$.a'), JSON_QUERY(JSON '{\"a\": null}', '$.b')",
      ["null", null],
      `${json}#json_query`,
    ),
    givesRows(
      `SELECT JSON_VALUE(item.sku) AS sku, INT64(item.n) FROM UNNEST(JSON_QUERY_ARRAY(JSON '[{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]')) AS item ORDER BY sku`,
      [
        ["a", "1"],
        ["b", "2"],
      ],
      `${json}#json_query_array`,
    ),
    fails("SELECT JSON '1' = JSON '1'", /refused/, types),
    fails("SELECT DISTINCT JSON '1' FROM UNNEST([1])", /refused/, types),
    fails("SELECT JSON '1' IS DISTINCT FROM JSON '1.0'", /refused/, types),
    fails("SELECT FORMAT('%s', JSON '1')", /Invalid type/, types),
    fails(
      "SELECT APPROX_COUNT_DISTINCT(JSON '1')",
      /No matching signature/,
      "approximate_aggregate_functions#approx_count_distinct",
    ),
  ]);
});

describe("values as JSON", () => {
  checkSemantics([
    gives(
      String.raw`SELECT TO_JSON_STRING(STRUCT(1 AS id, [10, 20] AS c, 'a"\n' AS s, DATE '2024-01-02' AS d, NULL AS n, 2 AS id))`,
      [String.raw`{"id":1,"c":[10,20],"s":"a\"\n","d":"2024-01-02","n":null,"id":2}`],
      `${json}#to_json_string`,
    ),
    gives(
      "SELECT TO_JSON_STRING(9007199254740993), TO_JSON_STRING(9007199254740992), TO_JSON_STRING(NUMERIC '1.5'), TO_JSON_STRING(NUMERIC '2'), TO_JSON_STRING(1.0), TO_JSON_STRING(CAST('nan' AS FLOAT64)), TO_JSON_STRING(b'ab\\xff')",
      ['"9007199254740993"', "9007199254740992", '"1.5"', "2", "1", '"NaN"', '"YWL/"'],
      `${json}#json_encodings`,
    ),
    gives(
      "SELECT TO_JSON_STRING(TIMESTAMP '2024-01-02 03:04:05.678+00'), TO_JSON_STRING(DATETIME '2024-01-02 03:04:05'), TO_JSON_STRING(TIME '03:04:05')",
      ['"2024-01-02T03:04:05.678Z"', '"2024-01-02T03:04:05"', '"03:04:05"'],
      `${json}#json_encodings`,
    ),
    gives(
      "SELECT TO_JSON_STRING(STRUCT(1 AS a, [2] AS b), TRUE)",
      ['{\n  "a": 1,\n  "b": [\n    2\n  ]\n}'],
      `${json}#to_json_string`,
    ),
    givesRows(
      "SELECT TO_JSON_STRING(t) FROM (SELECT 1 AS x, 'y' AS z) AS t",
      [['{"x":1,"z":"y"}']],
      `${json}#to_json_string`,
    ),
    gives(
      "SELECT TO_JSON(STRUCT(1.0 AS b, 9007199254740993 AS a)), TO_JSON([STRUCT('x' AS k)])[0].k",
      ['{"a":9007199254740993,"b":1.0}', '"x"'],
      `${json}#to_json`,
    ),
  ]);
});
