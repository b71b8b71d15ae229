import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const safe = "functions-reference#safe_prefix";

describe("the prefix SAFE. and ERROR", () => {
  checkSemantics([
    gives("SELECT SAFE.SUBSTR('foo', 0, -2), SUBSTR('bar', 1, 2)", [null, "ba"], safe),
    gives("SELECT SAFE.SUBSTR('foo', 1, 2), SAFE.UNICODE('a')", ["fo", "97"], safe),
    gives(
      "SELECT SAFE.LEFT('foo', -1), SAFE.CHR(-1), SAFE.FROM_HEX('xyz'), SAFE.PARSE_NUMERIC('x')",
      [null, null, null, null],
      safe,
    ),
    givesRows("SELECT SAFE.SQRT(x - 5) FROM UNNEST([1, 9]) AS x ORDER BY x", [[null], ["2.0"]], safe),
    fails("SELECT SAFE.SUBSTR(CAST(1 / x AS STRING), 1) FROM UNNEST([0]) AS x", /division by zero/, safe),
    fails("SELECT SAFE.INITCAP('a')", /SAFE\.INITCAP.*refused/, safe),
    gives(
      "SELECT SAFE.FORMAT_DATE('it\\'s error(%Y)', DATE '2024-01-01'), SAFE.REPLACE('error(1)', '1', 'error(')",
      ["it's error(2024)", "error(error()"],
      safe,
    ),
    gives("SELECT SAFE.ERROR('x')", [null], "debugging_functions#error"),
    fails("SELECT ERROR('stop ' || 'here')", /^!stop here$/, "debugging_functions#error"),
    fails("SELECT IF(x > 1, 'ok', ERROR('too small')) FROM UNNEST([1]) AS x", /too small/, "debugging_functions#error"),
    gives("SELECT IF(x > 0, 'ok', ERROR('too small')) FROM UNNEST([1]) AS x", ["ok"], "debugging_functions#error"),
  ]);
});
