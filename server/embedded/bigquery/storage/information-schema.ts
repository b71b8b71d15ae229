/**
 * INFORMATION_SCHEMA.TABLES, COLUMNS and SCHEMATA, and the embedded server's own dataset dedupscope_embedded.
 * https://cloud.google.com/bigquery/docs/information-schema-tables
 */
import { stringLiteral } from "../sql/literals.ts";
import type { Relation } from "../sql/analyzer/scope.ts";
import type { TableInfo } from "../sql/analyzer/context.ts";
import { limitedName } from "../sql/type-limits.ts";
import { scalar } from "../sql/types.ts";
import type { ScalarKind } from "../sql/types.ts";
import { systemTable } from "./catalog.ts";
import type { Catalog, Dataset } from "./catalog.ts";

type Column = [name: string, kind: ScalarKind];

/** A constant relation; values are DuckDB literals. */
function relation(columns: Column[], rows: string[][]): Relation {
  const names = columns.map((_, index) => `c${index + 1}`).join(", ");
  const nulls = columns.map(() => "NULL").join(", ");
  const duck: Partial<Record<ScalarKind, string>> = { STRING: "VARCHAR", INT64: "BIGINT", TIMESTAMP: "TIMESTAMP" };
  const casts = columns.map(([, kind], index) => `CAST(c${index + 1} AS ${duck[kind] ?? "VARCHAR"}) AS c${index + 1}`);
  const values =
    rows.length === 0 ? `SELECT ${nulls} WHERE FALSE` : `VALUES ${rows.map((row) => `(${row.join(", ")})`).join(", ")}`;
  return {
    sql: `SELECT ${casts.join(", ")} FROM (${values}) AS v(${names})`,
    columns: columns.map(([name, kind]) => ({ name, type: scalar(kind) })),
  };
}

const timestamp = (milliseconds: string): string => `make_timestamp(${Number(milliseconds)}::BIGINT * 1000)`;

const tablesColumns: Column[] = [
  ["table_catalog", "STRING"],
  ["table_schema", "STRING"],
  ["table_name", "STRING"],
  ["table_type", "STRING"],
  ["is_insertable_into", "STRING"],
  ["is_typed", "STRING"],
  ["creation_time", "TIMESTAMP"],
];

const columnsColumns: Column[] = [
  ["table_catalog", "STRING"],
  ["table_schema", "STRING"],
  ["table_name", "STRING"],
  ["column_name", "STRING"],
  ["ordinal_position", "INT64"],
  ["is_nullable", "STRING"],
  ["data_type", "STRING"],
];

const schemataColumns: Column[] = [
  ["catalog_name", "STRING"],
  ["schema_name", "STRING"],
  ["creation_time", "TIMESTAMP"],
  ["location", "STRING"],
];

function tablesOf(dataset: Dataset): string[][] {
  return [...dataset.tables.values()].map(({ id, document }) => [
    stringLiteral(id.project),
    stringLiteral(id.dataset),
    stringLiteral(id.table),
    document.kind === "VIEW" ? "'VIEW'" : "'BASE TABLE'",
    document.kind === "VIEW" ? "'NO'" : "'YES'",
    "'NO'",
    timestamp(document.creationTime),
  ]);
}

function columnsOf(dataset: Dataset): string[][] {
  return [...dataset.tables.values()].flatMap(({ id, columns }) =>
    columns.map((column, index) => [
      stringLiteral(id.project),
      stringLiteral(id.dataset),
      stringLiteral(id.table),
      stringLiteral(column.name),
      String(index + 1),
      column.isRequired ? "'NO'" : "'YES'",
      stringLiteral(limitedName(column.type, column.limit)),
    ]),
  );
}

export function informationSchema(
  catalog: Catalog,
  path: { project: string; dataset: string | undefined; view: string },
): Relation | undefined {
  if (path.view === "SCHEMATA") {
    const rows = catalog.listDatasets(path.project).map(({ project, dataset, document }) => {
      return [
        stringLiteral(project),
        stringLiteral(dataset),
        timestamp(document.creationTime),
        stringLiteral(document.location),
      ];
    });
    return relation(schemataColumns, rows);
  }
  if (path.dataset === undefined || !["TABLES", "COLUMNS"].includes(path.view)) return undefined;
  const dataset = catalog.dataset(path.project, path.dataset);
  return path.view === "TABLES"
    ? relation(tablesColumns, tablesOf(dataset))
    : relation(columnsColumns, columnsOf(dataset));
}

export const embeddedDataset = "dedupscope_embedded";

/** Tables of dedupscope_embedded: what real BigQuery never tells. Read-only. */
export function embeddedTable(project: string, table: string): TableInfo | undefined {
  if (table !== "insert_id_absorbed") return undefined;
  const sql = `(SELECT dataset AS dataset_id, name AS table_id, CAST(sum(row_count) AS BIGINT) AS absorbed_rows
    FROM ${systemTable("absorbed")} WHERE project = ${stringLiteral(project)} GROUP BY dataset, name)`;
  return {
    kind: "table",
    isWritable: false,
    sqlName: sql,
    columns: [
      { name: "dataset_id", type: scalar("STRING"), isRequired: true },
      { name: "table_id", type: scalar("STRING"), isRequired: true },
      { name: "absorbed_rows", type: scalar("INT64"), isRequired: true },
    ],
  };
}
