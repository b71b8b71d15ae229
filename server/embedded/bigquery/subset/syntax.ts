/**
 * The syntax inside and outside the subset, each with an example. docs/googlesql-subset.md prints it, and a test holds
 * the translator to it: every example inside translates, every one outside is refused.
 * The examples know a table `d.t` with columns id STRING, n INT64, amount NUMERIC, happened TIMESTAMP, tags ARRAY<STRING>.
 */
export interface SyntaxEntry {
  construct: string;
  example: string;
  note?: string;
}

export const acceptedSyntax: Record<string, SyntaxEntry[]> = {
  Definitions: [
    { construct: "CREATE SCHEMA [IF NOT EXISTS]", example: "CREATE SCHEMA e OPTIONS (location = 'EU')" },
    {
      construct: "CREATE [OR REPLACE] TABLE [IF NOT EXISTS]",
      example:
        "CREATE TABLE d.u (id STRING NOT NULL OPTIONS (description = 'key'), at_ TIMESTAMP, PRIMARY KEY (id) NOT ENFORCED) PARTITION BY DATE(at_) CLUSTER BY id OPTIONS (labels = [('a', 'b')])",
      note: "partitions and clusters are kept as metadata; keys are never enforced; NOT NULL is",
    },
    {
      construct: "CREATE TABLE … LIKE [AS SELECT]",
      example: "CREATE TABLE IF NOT EXISTS d.u LIKE d.t AS SELECT * FROM d.t",
      note: "columns, partitions, clusters, description and labels; not of a table with keys or a time to end",
    },
    {
      construct: "CREATE TABLE … COPY / CLONE",
      example: "CREATE OR REPLACE TABLE d.u CLONE d.t OPTIONS (description = 'a copy')",
      note: "not with rows in the streaming buffer, keys or a time to end; a clone is a copy",
    },
    {
      construct: "DEFAULT of a column; ALTER COLUMN … SET / DROP DEFAULT",
      example: "CREATE TABLE d.u (a STRING DEFAULT 'x', at_ TIMESTAMP DEFAULT CURRENT_TIMESTAMP())",
      note: "literals, CURRENT_…, RAND, GENERATE_UUID, and arrays and structs of them; no loads into such a table",
    },
    {
      construct: "STRING(n), BYTES(n), NUMERIC(p[, s]) as the type of a column",
      example: "CREATE TABLE d.u (a STRING(5), b BYTES(5), c NUMERIC(7, 2))",
      note: "enforced; statements round to the scale, and rows that are streamed or loaded with more decimals are refused",
    },
    { construct: "CREATE TABLE … AS SELECT", example: "CREATE OR REPLACE TABLE d.u AS SELECT id, n FROM d.t" },
    {
      construct: "OPTIONS (expiration_timestamp = …) of a table or view",
      example:
        "CREATE TABLE d.u OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 12 HOUR)) AS SELECT id FROM d.t",
      note: "it is removed at that time",
    },
    {
      construct: "CREATE [OR REPLACE] VIEW [IF NOT EXISTS]",
      example: "CREATE OR REPLACE VIEW d.v (a) AS SELECT id FROM d.t",
    },
    {
      construct: "ALTER TABLE [IF EXISTS] … ADD COLUMN [IF NOT EXISTS]",
      example: "ALTER TABLE d.t ADD COLUMN x INT64, ADD COLUMN IF NOT EXISTS y ARRAY<STRING>",
      note: "one kind of change in a statement",
    },
    {
      construct: "ALTER TABLE … DROP COLUMN [IF EXISTS]",
      example: "ALTER TABLE d.t DROP COLUMN IF EXISTS n",
      note: "not the last one, and none that partitions, clusters or identifies the table",
    },
    {
      construct: "ALTER TABLE … ALTER COLUMN … DROP NOT NULL",
      example: "ALTER TABLE d.t ALTER COLUMN id DROP NOT NULL",
    },
    {
      construct: "ALTER TABLE … RENAME TO",
      example: "ALTER TABLE d.t RENAME TO u",
      note: "not with rows in the streaming buffer",
    },
    {
      construct: "ALTER TABLE / VIEW … SET OPTIONS",
      example: "ALTER VIEW d.t SET OPTIONS (description = NULL, labels = [('a', 'b')])",
    },
    { construct: "DROP TABLE / VIEW / SCHEMA [IF EXISTS]", example: "DROP SCHEMA IF EXISTS e CASCADE" },
  ],
  "Changing data": [
    { construct: "INSERT … VALUES", example: "INSERT INTO d.t (id, n) VALUES ('a', 1), ('b', DEFAULT)" },
    { construct: "INSERT … SELECT", example: "INSERT d.t (id) WITH w AS (SELECT 'a' AS x) SELECT x FROM w" },
    {
      construct: "UPDATE … SET … [FROM] WHERE",
      example: "UPDATE d.t AS x SET n = y.n + 1 FROM d.t AS y WHERE x.id = y.id",
      note: "fields of a STRUCT too; two source rows for one target row are an error",
    },
    { construct: "DELETE … WHERE", example: "DELETE FROM d.t WHERE id IN (SELECT id FROM d.t)" },
    { construct: "TRUNCATE TABLE", example: "TRUNCATE TABLE d.t" },
    {
      construct: "MERGE",
      example:
        "MERGE INTO d.t AS t USING (SELECT 'a' AS id, 1 AS n) AS s ON t.id = s.id WHEN MATCHED AND s.n > t.n THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n) WHEN NOT MATCHED BY SOURCE THEN DELETE",
      note: "a table, view or query as the source; two source rows for one target row are an error",
    },
  ],
  Queries: [
    { construct: "SELECT [DISTINCT] … FROM … WHERE", example: "SELECT DISTINCT id FROM d.t WHERE n > 1" },
    {
      construct: "SELECT * EXCEPT / REPLACE, t.*, struct.*",
      example: "SELECT x.* EXCEPT (tags) REPLACE (n + 1 AS n), STRUCT(1 AS a).* FROM d.t AS x",
    },
    {
      construct: "SELECT AS STRUCT / VALUE",
      example: "SELECT ARRAY(SELECT AS STRUCT id, n FROM d.t), v.n FROM (SELECT AS VALUE x FROM d.t AS x) AS v",
      note: "the fields are the columns of a whole statement; not for rows that are stored",
    },
    { construct: "WITH", example: "WITH a AS (SELECT 1 AS x) SELECT x FROM a" },
    {
      construct: "WITH RECURSIVE",
      example: "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a WHERE x < 9) SELECT x FROM a",
      note: "the table read once, in inner joins, by a SELECT that only filters and computes; same types on both sides",
    },
    {
      construct: "JOIN, LEFT, RIGHT, FULL, CROSS, comma; ON and USING",
      example: "SELECT id, x.n FROM d.t AS x FULL OUTER JOIN d.t AS y USING (id)",
    },
    {
      construct: "UNNEST [WITH OFFSET] and array paths, correlated too",
      example: "SELECT id, tag, o, p FROM d.t AS x LEFT JOIN UNNEST(tags) AS tag WITH OFFSET AS o, x.tags AS p",
    },
    {
      construct: "TABLESAMPLE SYSTEM (n PERCENT)",
      example: "SELECT id FROM d.t AS x TABLESAMPLE SYSTEM (10 PERCENT)",
      note: "of tables; blocks of rows are taken or left, a small table as a whole",
    },
    {
      construct: "GROUP BY expressions, numbers, aliases, ALL",
      example: "SELECT id, COUNT(*) FROM d.t GROUP BY 1 HAVING COUNT(*) > 1",
    },
    {
      construct: "GROUP BY ROLLUP, CUBE, GROUPING SETS, also inside these",
      example: "SELECT id, n, GROUPING(id) FROM d.t GROUP BY GROUPING SETS (id, ROLLUP ((id, n)))",
      note: "no rows over no rows",
    },
    {
      construct: "PIVOT",
      example:
        "SELECT * FROM (SELECT id, n FROM d.t) PIVOT(SUM(n) AS total, COUNT(*) AS rows_ FOR id IN ('a', 'b' AS other)) AS p",
    },
    {
      construct: "UNPIVOT [INCLUDE / EXCLUDE NULLS]",
      example: "SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT(v FOR name IN (a, b AS 'second'))",
    },
    { construct: "QUALIFY", example: "SELECT id FROM d.t QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY n) = 1" },
    {
      construct: "WINDOW",
      example: "SELECT SUM(n) OVER w FROM d.t WINDOW w AS (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
      note: "ROWS, and RANGE with distances over one numeric key; windows that extend a named one",
    },
    {
      construct: "ORDER BY [NULLS FIRST / LAST], LIMIT, OFFSET",
      example: "SELECT id FROM d.t ORDER BY n DESC NULLS FIRST LIMIT 1 OFFSET 2",
    },
    {
      construct: "UNION ALL / DISTINCT, INTERSECT DISTINCT, EXCEPT DISTINCT",
      example: "SELECT id FROM d.t EXCEPT DISTINCT (SELECT 'a') ORDER BY LOWER(id)",
    },
    {
      construct: "[INNER / LEFT / FULL] … BY NAME [ON (…)], [STRICT] CORRESPONDING [BY (…)] after a set operator",
      example: "SELECT id, n FROM d.t FULL OUTER UNION ALL BY NAME SELECT 1 AS n, 'x' AS note",
      note: "not in WITH RECURSIVE",
    },
    {
      construct:
        "pipe syntax: FROM alone, |> SELECT, EXTEND, SET, DROP, RENAME, AS, WHERE, LIMIT, ORDER BY, DISTINCT, AGGREGATE, JOIN, UNION / INTERSECT / EXCEPT, PIVOT, UNPIVOT",
      example: "FROM d.t |> WHERE n > 1 |> AGGREGATE SUM(n) AS total DESC GROUP BY id |> LIMIT 5",
      note: "no window functions in WHERE and ORDER BY; STRUCT elements of an array only before SELECT or AGGREGATE",
    },
    {
      construct: "INFORMATION_SCHEMA.TABLES, COLUMNS, SCHEMATA",
      example: "SELECT table_name FROM d.INFORMATION_SCHEMA.TABLES",
    },
  ],
  Expressions: [
    {
      construct: "arithmetic, ||, comparison, AND OR NOT, & | ^ ~ << >>",
      example: "SELECT -n * 2 + n / 3, id || 'x', n <> 1 AND NOT n >= 2, n & 1 << 2 FROM d.t",
    },
    {
      construct: "IS [NOT] NULL / TRUE / FALSE / DISTINCT FROM",
      example: "SELECT n IS NOT NULL, n IS DISTINCT FROM 1 FROM d.t",
    },
    {
      construct: "BETWEEN, IN (list, query, UNNEST), LIKE, LIKE ANY / SOME / ALL (list, UNNEST)",
      example:
        "SELECT n BETWEEN 1 AND 2, n IN (1, 2), id IN UNNEST(tags), id LIKE 'a%', id LIKE ANY ('a%', 'b%') FROM d.t",
    },
    {
      construct: "CASE, CAST, SAFE_CAST, EXTRACT",
      example:
        "SELECT CASE n WHEN 1 THEN 'a' END, SAFE_CAST(id AS INT64), EXTRACT(WEEK(MONDAY) FROM happened AT TIME ZONE 'Asia/Tokyo') FROM d.t",
    },
    {
      construct: "timestamp ± INTERVAL n part, DATE ± INT64",
      example: "SELECT happened - INTERVAL 5 MINUTE, DATE(happened) + 1 FROM d.t",
      note: "a DATE ± INTERVAL is a DATETIME",
    },
    {
      construct: "INTERVAL values",
      example: "SELECT INTERVAL '1-2 3 4:5:6.7' YEAR TO SECOND * 2, TIMESTAMP '2024-01-02' - happened FROM d.t",
      note: "compared and ordered by their length, with months of 30 days; not grouped by",
    },
    { construct: "SAFE. before a scalar function", example: "SELECT SAFE.SUBSTR(id, 1, n) FROM d.t" },
    {
      construct: "arrays, [n], [OFFSET], [ORDINAL], [SAFE_…], ARRAY(query)",
      example: "SELECT [1, 2][OFFSET(0)], [1, 2][1], ARRAY(SELECT id FROM d.t)",
    },
    {
      construct: "a table's row as a STRUCT, and its fields by a star",
      example: "SELECT ARRAY_AGG(x)[OFFSET(0)].* FROM d.t AS x",
    },
    {
      construct: "STRUCT, tuples, fields by name and position",
      example: "SELECT STRUCT(1 AS a, 'x' AS b).a, (1, 'y')[1]",
    },
    {
      construct: "scalar subqueries, EXISTS, correlated too",
      example: "SELECT (SELECT COUNT(*) FROM d.t AS y WHERE y.id = x.id), EXISTS (SELECT 1 FROM d.t) FROM d.t AS x",
    },
    {
      construct: "typed literals NUMERIC, DATE, DATETIME, TIME, TIMESTAMP, JSON",
      example: "SELECT NUMERIC '1.5', DATE '2024-01-01', TIMESTAMP '2024-01-01 10:00:00+02', JSON '[1]'",
    },
    {
      construct: "members and elements of JSON",
      example: "SELECT j.a[0].b, j['a'] FROM (SELECT PARSE_JSON(id) AS j FROM d.t)",
    },
  ],
};

export const refusedSyntax: SyntaxEntry[] = [
  { construct: "scripts (several statements, DECLARE, BEGIN …)", example: "SELECT 1; SELECT 2" },
  {
    construct: "ALTER of anything but tables and views; renamed columns, changed types and keys",
    example: "ALTER TABLE d.t RENAME COLUMN n TO m",
  },
  {
    construct: "functions, procedures, models, materialized views, snapshots",
    example: "CREATE FUNCTION d.f() AS (1)",
  },
  { construct: "DEFAULT values that compute", example: "CREATE TABLE d.u (a INT64 DEFAULT 1 + 1)" },
  {
    construct: "partitions that expire",
    example: "CREATE TABLE d.u (a INT64) OPTIONS (partition_expiration_days = 1)",
  },
  {
    construct: "BIGNUMERIC, GEOGRAPHY and RANGE values",
    example: "SELECT CAST(1 AS BIGNUMERIC)",
  },
  { construct: "parameters of types in CAST, ARRAY and STRUCT", example: "SELECT CAST(id AS STRING(1)) FROM d.t" },
  { construct: "abbreviations of time zones", example: "SELECT TIMESTAMP_TRUNC(happened, DAY, 'PST') FROM d.t" },
  {
    construct: "grouping sets mixed with keys",
    example: "SELECT 1 FROM d.t GROUP BY id, CUBE (n)",
  },
  {
    construct: "FOR SYSTEM_TIME, wildcard tables, other pipe operators",
    example: "SELECT id FROM d.t FOR SYSTEM_TIME AS OF happened",
  },
  { construct: "SAFE. before an aggregate or window function", example: "SELECT SAFE.SUM(n) FROM d.t" },
  { construct: "LIKE ANY/ALL of a query", example: "SELECT id LIKE ANY (SELECT 'a') FROM d.t" },
  { construct: "comparing ARRAY and JSON; ordering ARRAY, STRUCT and JSON", example: "SELECT [1] = [1]" },
  {
    construct: "grouping, DISTINCT and windows by INTERVAL values",
    example: "SELECT 1 FROM UNNEST([INTERVAL 1 DAY]) AS x GROUP BY x",
  },
];
