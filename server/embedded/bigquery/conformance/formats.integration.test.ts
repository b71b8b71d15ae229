import { describe } from "vitest";
import { checkSemantics, fails, gives } from "./semantics.ts";

const format = "string_functions#format_string";

describe("FORMAT", () => {
  checkSemantics([
    gives(
      "SELECT FORMAT('%d|%5d|%-5d|%05d|%+d|% d|%.3d', 42, 42, 42, 42, 42, 42, 42)",
      ["42|   42|42   |00042|+42| 42|042"],
      format,
    ),
    gives("SELECT FORMAT('%i %x %X %#x %o %#o', 7, 255, 255, 255, 8, 8)", ["7 ff FF 0xff 10 010"], format),
    gives("SELECT FORMAT(\"%'d %'x %'o\", 1234567, 12345678, 55555)", ["1,234,567 bc:614e 15,4403"], format),
    gives("SELECT FORMAT('%x %#o', -30, -8)", ["-1e -010"], format),
    gives(
      "SELECT FORMAT('%f|%.2f|%8.3f|%e|%E|%g|%G', 3.14159, 3.14159, 3.14159, 12345.678, 12345.678, 1e-7, 1e20)",
      ["3.141590|3.14|   3.142|1.234568e+04|1.234568E+04|1e-07|1E+20"],
      format,
    ),
    gives("SELECT FORMAT('%.0f %.0f %.2f', 0.5, 2.5, 2.675)", ["0 2 2.67"], format),
    gives(
      "SELECT FORMAT('%.1f %10.2f %e', NUMERIC '2.25', NUMERIC '-1.5', NUMERIC '1500')",
      ["2.3      -1.50 1.500000e+03"],
      format,
    ),
    gives("SELECT FORMAT('%s|%6s|%-6s|%.2s', 'añb', 'añb', 'añb', 'añb')", ["añb|   añb|añb   |añ"], format),
    gives("SELECT FORMAT('%*d|%-*d|%.*f', 5, 7, 5, 7, 1, 2.55)", ["    7|7    |2.5"], format),
    gives(
      "SELECT FORMAT('%f %g %+.1f', x, x, x) FROM (SELECT CAST('-0' AS FLOAT64) AS x)",
      ["0.000000 0 +0.0"],
      format,
    ),
    gives("SELECT FORMAT('%.1f', -0.04)", ["-0.0"], format),
    gives("SELECT FORMAT('100%% %s', 'x')", ["100% x"], format),
    gives(
      "SELECT FORMAT('%t %t %t %t %t', 1, 1.0, TRUE, 'x', DATE '2024-02-03')",
      ["1 1.0 true x 2024-02-03"],
      "string_functions#t_and_t_behavior",
    ),
    gives(
      "SELECT FORMAT('%T %T %T %T', 'it''s' || '', 'say \\x22hi\\x22', b'a\\x01', DATE '2024-02-03')".replace(
        "'it''s' || ''",
        '"it\'s"',
      ),
      [`"it's" 'say "hi"' b"a\\x01" DATE "2024-02-03"`],
      "string_functions#t_and_t_behavior",
    ),
    gives(
      "SELECT FORMAT('%t %T %T %T', [1, NULL], ['a'], STRUCT(1), STRUCT(1, 'x', NUMERIC '2.50'))",
      ['[1, NULL] ["a"] STRUCT(1) (1, "x", NUMERIC "2.5")'],
      "string_functions#t_and_t_behavior",
    ),
    gives("SELECT FORMAT('%t', CAST(NULL AS STRING)), FORMAT('%d', CAST(NULL AS INT64))", ["NULL", null], format),
    gives("SELECT FORMAT(f, 5) FROM UNNEST(['<%3d>', '<%t>']) AS f ORDER BY 1 LIMIT 1", ["<  5>"], format),
    fails("SELECT FORMAT('%d', 1.5)", /Invalid type/, format),
    fails("SELECT FORMAT('%s', 5)", /Invalid type/, format),
    fails("SELECT FORMAT('%d', 1, 2)", /Too many arguments/, format),
    fails("SELECT FORMAT('%d %d', 1)", /Too few arguments/, format),
    fails("SELECT FORMAT('%y', 1)", /invalid conversion/, format),
  ]);
});
