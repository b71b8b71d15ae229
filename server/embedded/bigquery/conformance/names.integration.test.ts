/** Which name means what: aliases of the select list, tables, rows and their fields. */
import { describe } from "vitest";
import { checkSemantics, fails, gives, givesRows } from "./semantics.ts";

const query = "query-syntax";
const aliases = `${query}#ambiguous_aliases`;
const visits = `(SELECT 'north' AS site, 3 AS stay UNION ALL SELECT 'NORTH', 5 UNION ALL SELECT 'south', 1)`;

describe("aliases of the select list", () => {
  checkSemantics([
    givesRows(
      `SELECT UPPER(site) AS site, SUM(stay) AS stay FROM ${visits} GROUP BY site ORDER BY stay DESC`,
      [
        ["NORTH", "8"],
        ["SOUTH", "1"],
      ],
      aliases,
    ),
    givesRows(
      `SELECT LOWER(site) AS site, SUM(stay) AS stay FROM ${visits} GROUP BY 1 HAVING stay > 5`,
      [["north", "8"]],
      `${query}#having_clause`,
    ),
    fails(
      `SELECT site, SUM(stay) AS stay FROM ${visits} GROUP BY site HAVING SUM(stay) > 5`,
      /Aggregations of aggregations/,
      aliases,
    ),
    fails(`SELECT site AS a, stay AS a FROM ${visits} GROUP BY a`, /ambiguous/, aliases),
    fails(`SELECT site AS a, stay AS a FROM ${visits} ORDER BY a`, /ambiguous/, aliases),
    fails(`SELECT COUNT(*) AS site FROM ${visits} GROUP BY site`, /not allowed in GROUP BY/, aliases),
    fails(
      `SELECT v.site AS v, COUNT(*) FROM ${visits} AS v GROUP BY v.site`,
      /Cannot GROUP BY field references/,
      aliases,
    ),
    fails(
      "SELECT STRUCT(9 AS p) AS st, COUNT(*) FROM (SELECT STRUCT(1 AS p) AS st) GROUP BY st.p",
      /Cannot GROUP BY field references/,
      aliases,
    ),
    fails(`SELECT stay FROM ${visits} HAVING stay > 1`, /HAVING/, `${query}#having_clause`),
    fails(`SELECT stay FROM ${visits} HAVING COUNT(*) > 1`, /HAVING/, `${query}#having_clause`),
    givesRows(
      `SELECT -stay AS stay, ROW_NUMBER() OVER (ORDER BY stay) AS place FROM ${visits} WHERE TRUE QUALIFY stay < -4`,
      [["-5", "3"]],
      `${query}#qualify_clause`,
    ),
    givesRows(
      `SELECT DISTINCT stay AS s FROM ${visits} ORDER BY -s`,
      [["5"], ["3"], ["1"]],
      `${query}#order_by_clause`,
    ),
    fails(
      `SELECT DISTINCT stay + 1 AS s FROM ${visits} ORDER BY stay`,
      /not visible after/,
      `${query}#order_by_clause`,
    ),
    gives(`SELECT COUNT(*) FROM ${visits} WHERE FALSE GROUP BY ()`, ["0"], `${query}#group_by_clause`),
  ]);
});

describe("what a grouped query may read", () => {
  const grouped = `${query}#group_by_clause`;
  checkSemantics([
    gives(`SELECT stay + 1 AS k, stay + 1 FROM ${visits} WHERE stay = 3 GROUP BY k`, ["4", "4"], grouped),
    givesRows(`SELECT SUM(stay) FROM ${visits} GROUP BY stay > 2 ORDER BY stay > 2`, [["1"], ["8"]], grouped),
    fails(`SELECT stay + 1 AS k, (stay + 1) * 2 FROM ${visits} GROUP BY k`, /neither grouped nor/, grouped),
    fails(`SELECT stay + 1 AS k FROM ${visits} GROUP BY k HAVING stay + 1 > 2`, /neither grouped nor/, grouped),
    fails(
      `SELECT SUM(SUM(stay)) OVER (ORDER BY stay + 1) FROM ${visits} GROUP BY stay + 1`,
      /neither grouped nor/,
      grouped,
    ),
    gives("SELECT s.a, s.a + 1 FROM (SELECT STRUCT(1 AS a) AS s) GROUP BY s.a", ["1", "2"], grouped),
  ]);
});

describe("rows as values", () => {
  checkSemantics([
    gives("SELECT v FROM (SELECT 1 AS v, 2 AS w) AS v", [["1", "2"]], `${query}#range_variables`),
    gives("SELECT v.v FROM (SELECT 1 AS v) AS v", ["1"], `${query}#range_variables`),
    gives(
      `SELECT ARRAY_AGG(v ORDER BY stay DESC LIMIT 1)[OFFSET(0)].* FROM ${visits} AS v`,
      ["NORTH", "5"],
      `${query}#select_expression_star`,
    ),
    gives(
      "SELECT s.* EXCEPT (a) FROM (SELECT STRUCT(1 AS a, 2 AS b, 3 AS c) AS s)",
      ["2", "3"],
      `${query}#select_except`,
    ),
    fails(`SELECT * EXCEPT (site) REPLACE (1 AS site) FROM ${visits}`, /Duplicate column/, `${query}#select_except`),
    gives("SELECT r.a, b FROM (SELECT AS STRUCT 1 AS a, 2 AS b) AS r", ["1", "2"], `${query}#select_as_struct`),
    gives("SELECT x + 1 FROM (SELECT AS VALUE 5) AS x", ["6"], `${query}#select_as_value`),
    givesRows(
      "SELECT t.n, (SELECT SUM(x) FROM t.xs AS x) FROM (SELECT 1 AS n, [2, 3] AS xs UNION ALL SELECT 2, [7]) AS t ORDER BY n",
      [
        ["1", "5"],
        ["2", "7"],
      ],
      `${query}#unnest_operator`,
    ),
    fails(
      "SELECT 1 FROM (SELECT 1 AS a) AS x, (SELECT 1 AS a) AS y RIGHT JOIN (SELECT 1 AS a) AS z ON TRUE",
      /comma/,
      `${query}#sequences_of_joins`,
    ),
    gives(
      "SELECT x.a, z.c FROM (SELECT 1 AS a) AS x, (SELECT 2 AS b) AS y JOIN (SELECT 1 AS c) AS z ON x.a = z.c",
      ["1", "1"],
      `${query}#sequences_of_joins`,
    ),
  ]);
});

describe("what a subquery and an UNNEST may read", () => {
  checkSemantics([
    givesRows(
      "SELECT n, (SELECT SUM(t.n) FROM UNNEST([1, 2, 3]) AS x) FROM (SELECT 2 AS n UNION ALL SELECT 5) AS t ORDER BY n",
      [
        ["2", "6"],
        ["5", "15"],
      ],
      "subqueries#correlated_subquery_concepts",
    ),
    givesRows(
      "SELECT a, b FROM UNNEST([1, 2]) AS a FULL JOIN UNNEST([2, 3]) AS b ON a = b ORDER BY a, b",
      [
        [null, "3"],
        ["1", null],
        ["2", "2"],
      ],
      `${query}#full_join`,
    ),
    fails(
      "SELECT 1 FROM (SELECT 'x' AS k, 1 AS v) GROUP BY ROLLUP (k, EXISTS (SELECT 1))",
      /constant or a subquery/,
      `${query}#group_by_rollup`,
    ),
    givesRows(
      "SELECT 'k' AS k, x FROM UNNEST([2, 1]) AS x ORDER BY k, x",
      [
        ["k", "1"],
        ["k", "2"],
      ],
      `${query}#order_by_clause`,
    ),
  ]);
});

describe("grouping and set operations by value", () => {
  checkSemantics([
    givesRows(
      "SELECT k.a, COUNT(*) FROM (SELECT STRUCT(x AS a) AS k FROM UNNEST([1, 1, 2]) AS x) GROUP BY k ORDER BY 1",
      [
        ["1", "2"],
        ["2", "1"],
      ],
      "data-types#groupable_data_types",
    ),
    gives(
      "SELECT COUNT(DISTINCT (x, x > 1)), COUNT(DISTINCT [x]) FROM UNNEST([1, 1, 2]) AS x",
      ["2", "2"],
      "data-types#groupable_data_types",
    ),
    gives(
      "SELECT (1, 'a') IN ((2, 'a'), (1, 'a')), (1, 'a') NOT IN ((1, 'b'))",
      ["true", "true"],
      "operators#in_operators",
    ),
    givesRows("SELECT NUMERIC '1' AS x UNION ALL SELECT 2.5 ORDER BY x", [["1"], ["2.5"]], `${query}#set_operators`),
    givesRows(
      "SELECT DATE '2024-01-02' AS x UNION ALL SELECT '2024-01-01' ORDER BY x",
      [["2024-01-01"], ["2024-01-02"]],
      `${query}#set_operators`,
    ),
  ]);
});

describe("WITH RECURSIVE", () => {
  const recursive = `${query}#recursive_cte`;
  checkSemantics([
    givesRows(
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n * 2 FROM r WHERE n < 5) SELECT n FROM r ORDER BY n",
      [["1"], ["2"], ["4"], ["8"]],
      recursive,
    ),
    givesRows(
      "WITH RECURSIVE r AS (SELECT 0 AS n UNION DISTINCT SELECT MOD(n + 2, 3) FROM r) SELECT n FROM r ORDER BY n",
      [["0"], ["1"], ["2"]],
      recursive,
    ),
    gives("WITH RECURSIVE a AS (SELECT 7 AS n), b AS (SELECT n + 1 AS m FROM a) SELECT m FROM b", ["8"], recursive),
    fails("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT SUM(n) FROM r) SELECT n FROM r", /must not/, recursive),
    fails(
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT (SELECT MAX(n) FROM r)) SELECT n FROM r",
      /refused/,
      recursive,
    ),
    fails("WITH RECURSIVE r AS (SELECT n FROM r UNION ALL SELECT 1 AS n) SELECT n FROM r", /refused/, recursive),
    fails("WITH RECURSIVE b AS (SELECT n FROM a), a AS (SELECT 1 AS n) SELECT n FROM b", /refused/, recursive),
  ]);
});

describe("an array behind a column", () => {
  const path = `${query}#implicit_unnest`;
  const stock = "(SELECT STRUCT([5, 6] AS xs) AS shelf, 1 AS shop)";
  checkSemantics([
    givesRows(`SELECT xs FROM ${stock}, shelf.xs ORDER BY xs`, [["5"], ["6"]], path),
    gives(`SELECT (SELECT SUM(xs) FROM shelf.xs) FROM ${stock}`, ["11"], path),
    gives(`SELECT (SELECT COUNT(*) FROM q.shelf.xs) FROM ${stock} AS q`, ["2"], path),
    fails(`SELECT xs FROM ${stock}, \`shelf.xs\``, /Not found: Dataset p:shelf/, path),
    gives(`SELECT SUM(xs) FROM ${stock}, \`shelf\`.xs`, ["11"], path),
    fails(`SELECT 1 FROM ${stock}, shop.xs`, /Cannot access field xs/, path),
  ]);
});

describe("the name of WITH OFFSET", () => {
  const unnest = `${query}#unnest_operator`;
  checkSemantics([
    gives("SELECT x.o FROM UNNEST([STRUCT(7 AS o)]) AS x WITH OFFSET AS o", ["7"], unnest),
    fails("SELECT o FROM UNNEST([5]) WITH OFFSET AS o, UNNEST([6]) WITH OFFSET AS o", /o is ambiguous/, unnest),
    fails("SELECT x FROM UNNEST([1]) AS x WITH OFFSET AS x", /Duplicate table alias x/, unnest),
    fails("SELECT t FROM (SELECT [1] AS xs) AS t, UNNEST(xs) WITH OFFSET AS t", /Duplicate table alias t/, unnest),
    fails("SELECT o FROM UNNEST([5]) WITH OFFSET AS o, UNNEST([6]) AS o", /Duplicate table alias o/, unnest),
    fails("SELECT o.x FROM UNNEST([1]) WITH OFFSET AS o", /Cannot access field x/, unnest),
  ]);
});
