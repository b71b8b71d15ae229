/** DDL statements and the REST calls that do the same, as changes of the catalog. */
import { BigQueryError } from "../errors.ts";
import { quoteName } from "../sql/analyzer/from.ts";
import type { Expression } from "../sql/ast.ts";
import type { Plan, TableId } from "../sql/plan.ts";
import { SqlError, unsupported } from "../sql/position.ts";
import { fieldOf } from "../wire/schema.ts";
import { runAlteration } from "./alterations.ts";
import { newGeneration } from "./catalog.ts";
import type { DatasetDocument, Table, TableDocument } from "./catalog.ts";
import { withKeptAnswer } from "./kept-answer.ts";
import { alreadyExists, expirationTime, hasStreamedRows, metadata, skipped, tableOfKind } from "./definition-parts.ts";
import type { DefinitionContext, DefinitionResult } from "./definition-parts.ts";

type DefinitionPlan = Exclude<Plan, { kind: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE_TABLE" }>;

export async function runDefinition(context: DefinitionContext, plan: DefinitionPlan): Promise<DefinitionResult> {
  switch (plan.kind) {
    case "CREATE_TABLE":
      return createTable(context, plan);
    case "CREATE_VIEW":
      return createView(context, plan);
    case "CREATE_SCHEMA":
      return createSchema(context, plan);
    case "DROP_SCHEMA":
      return dropSchema(context, plan);
    case "ALTER_TABLE":
    case "ALTER_VIEW":
      return runAlteration(context, plan);
    default:
      return dropTable(context, plan);
  }
}

type CreatePlan = Plan & { kind: "CREATE_TABLE" };

interface Replacement {
  isReplace: boolean;
  isIfNotExists: boolean;
  kind: "TABLE" | "VIEW";
}

/** Removes what is to be replaced; "skip" when there is nothing to do. */
async function makeRoom(
  context: DefinitionContext,
  id: TableId,
  how: Replacement,
): Promise<(() => void) | "skip" | "new"> {
  context.catalog.dataset(id.project, id.dataset);
  const existing = context.catalog.findTable(id);
  if (existing === undefined) return "new";
  if (how.isIfNotExists) return "skip";
  if (!how.isReplace) throw alreadyExists("Table", id);
  if (existing.document.kind !== how.kind) {
    throw new BigQueryError("invalid", `${id.dataset}.${id.table} is not a ${how.kind} and cannot be replaced by one`);
  }
  return context.catalog.dropTable(context.connection, existing);
}

async function createTable(context: DefinitionContext, plan: CreatePlan): Promise<DefinitionResult> {
  const { id, statement, sql } = plan;
  if (sql === undefined || !statement.isReplace || context.catalog.findTable(id) === undefined)
    return makeTable(context, plan);
  return withKeptAnswer(context.connection, sql, async (kept) => makeTable(context, { ...plan, sql: kept }));
}

async function makeTable(context: DefinitionContext, plan: CreatePlan): Promise<DefinitionResult> {
  const { id, statement } = plan;
  // Before there is room: it may be made like what it replaces.
  const liked = await likedMetadata(context, plan);
  const room = await makeRoom(context, id, { ...statement, kind: "TABLE" });
  if (room === "skip") return skipped;
  const now = String(context.nowMs);
  const document: TableDocument = {
    kind: "TABLE",
    schema: {
      fields: plan.columns.map((column, index) => {
        const field = fieldOf(column, "", column.isRequired ? "REQUIRED" : undefined);
        const description = statement.columns?.[index]?.description;
        return description === undefined ? field : { ...field, description };
      }),
    },
    ...liked,
    ...metadata(statement.options.values),
    ...partitioning(plan),
    ...(await expirationTime(context, plan.expiration)),
    creationTime: now,
    lastModifiedTime: now,
    generation: newGeneration(),
  };
  if (statement.clusterBy.length > 0) document.clustering = { fields: statement.clusterBy };
  if (statement.primaryKey !== undefined && statement.primaryKey.length > 0) {
    document.tableConstraints = { primaryKey: { columns: statement.primaryKey } };
  }
  const apply = await context.catalog.createTable(context.connection, id, document);
  const rows = plan.sql === undefined ? 0 : await fillTable(context, plan);
  return { apply, operation: room === "new" ? "CREATE" : "REPLACE", rows };
}

/** "All of the same metadata"; what is not documented for a time to end and for keys is not guessed. */
async function likedMetadata(context: DefinitionContext, plan: CreatePlan): Promise<Partial<TableDocument>> {
  const { like, statement } = plan;
  if (like === undefined || statement.like === undefined) return {};
  const table = context.catalog.table(like);
  const { document } = table;
  // Whether rows in the streaming buffer are copied is left open by BigQuery.
  if (statement.likeForm !== "LIKE" && (await hasStreamedRows(context, table))) {
    throw new SqlError(
      `${statement.likeForm} of a table with rows in the streaming buffer is refused`,
      statement.like.position,
    );
  }
  for (const setting of ["expirationTime", "tableConstraints"] as const) {
    if (document[setting] === undefined) continue;
    throw unsupported(`CREATE TABLE … ${statement.likeForm} of a table with ${setting}`, statement.like.position);
  }
  const copied: Partial<TableDocument> = { schema: document.schema };
  const settings = [
    "description",
    "friendlyName",
    "labels",
    "timePartitioning",
    "rangePartitioning",
    "clustering",
  ] as const;
  for (const setting of settings) {
    if (document[setting] !== undefined) Object.assign(copied, { [setting]: document[setting] });
  }
  return copied;
}

async function fillTable(context: DefinitionContext, plan: CreatePlan): Promise<number> {
  const { project, dataset, table } = plan.id;
  const columns = plan.columns.map((column) => quoteName(column.name)).join(", ");
  const name = `${quoteName(`${project}.${dataset}`)}.${quoteName(table)}`;
  const result = await context.connection.run(`INSERT INTO ${name} (${columns}) ${plan.sql ?? ""}`);
  return result.rowsChanged;
}

const partitionUnits = ["HOUR", "DAY", "MONTH", "YEAR"];

/** PARTITION BY decides what a query costs, not what it answers: kept as metadata, after a check of its form. */
function partitioning(plan: CreatePlan): Partial<TableDocument> {
  const partition = plan.statement.partitionBy;
  if (partition === undefined) return {};
  const { expression } = partition;
  const column = partitionColumn(plan, expression);
  if (expression.kind === "path") return { timePartitioning: { type: "DAY", field: column } };
  if (expression.kind !== "call") throw unsupported("This PARTITION BY", expression.position);
  const unit = expression.args[1];
  if (expression.name === "DATE" && unit === undefined) return { timePartitioning: { type: "DAY", field: column } };
  if (["DATE_TRUNC", "TIMESTAMP_TRUNC", "DATETIME_TRUNC"].includes(expression.name) && unit?.kind === "path") {
    const type = (unit.names[0] ?? "").toUpperCase();
    if (partitionUnits.includes(type)) return { timePartitioning: { type, field: column } };
  }
  if (expression.name === "RANGE_BUCKET") return { rangePartitioning: { field: column } };
  throw unsupported(`PARTITION BY ${partition.text}`, expression.position);
}

function partitionColumn(plan: CreatePlan, expression: Expression): string {
  const path = expression.kind === "call" ? expression.args[0] : expression;
  const name = path?.kind === "path" ? path.names[0] : undefined;
  const column = plan.columns.find((candidate) => candidate.name.toLowerCase() === name?.toLowerCase());
  if (column === undefined) throw new SqlError("PARTITION BY names no column of the table", expression.position);
  const isTime = ["DATE", "DATETIME", "TIMESTAMP"].includes(column.type.kind);
  const isRange = expression.kind === "call" && expression.name === "RANGE_BUCKET" && column.type.kind === "INT64";
  const isPlainDate = expression.kind !== "path" || column.type.kind === "DATE";
  if ((!isTime && !isRange) || !isPlainDate) {
    throw new SqlError(
      `PARTITION BY cannot use column ${column.name} of type ${column.type.kind} like this`,
      expression.position,
    );
  }
  return column.name;
}

async function createView(context: DefinitionContext, plan: Plan & { kind: "CREATE_VIEW" }): Promise<DefinitionResult> {
  const { id, statement } = plan;
  const room = await makeRoom(context, id, { ...statement, kind: "VIEW" });
  if (room === "skip") return skipped;
  const now = String(context.nowMs);
  const view: NonNullable<TableDocument["view"]> = { query: plan.query };
  if (statement.columnNames !== undefined) view.columnNames = statement.columnNames;
  const document: TableDocument = {
    kind: "VIEW",
    schema: { fields: plan.columns.map((column) => fieldOf(column, "")) },
    view,
    ...metadata(statement.options.values),
    ...(await expirationTime(context, plan.expiration)),
    creationTime: now,
    lastModifiedTime: now,
    generation: newGeneration(),
  };
  const apply = await context.catalog.createTable(context.connection, id, document);
  return { apply, operation: room === "new" ? "CREATE" : "REPLACE", rows: 0 };
}

async function createSchema(
  context: DefinitionContext,
  plan: Plan & { kind: "CREATE_SCHEMA" },
): Promise<DefinitionResult> {
  const { project, dataset } = plan.id;
  if (context.catalog.findDataset(project, dataset) !== undefined) {
    if (plan.isIfNotExists) return skipped;
    throw new BigQueryError("duplicate", `Already Exists: Dataset ${project}:${dataset}`);
  }
  const now = String(context.nowMs);
  const location = typeof plan.options.location === "string" ? plan.options.location : "US";
  const document: DatasetDocument = { location, ...metadata(plan.options), creationTime: now, lastModifiedTime: now };
  const entry = { project, dataset, document, tables: new Map<string, Table>() };
  return { apply: await context.catalog.createDataset(context.connection, entry), operation: "CREATE", rows: 0 };
}

async function dropSchema(context: DefinitionContext, plan: Plan & { kind: "DROP_SCHEMA" }): Promise<DefinitionResult> {
  const { project, dataset: name } = plan.id;
  const dataset = context.catalog.findDataset(project, name);
  if (dataset === undefined && plan.isIfExists) return skipped;
  const found = dataset ?? context.catalog.dataset(project, name);
  if (found.tables.size > 0 && !plan.isCascade) throw inUse(project, name);
  return { apply: await context.catalog.dropDataset(context.connection, found), operation: "DROP", rows: 0 };
}

export function inUse(project: string, dataset: string): BigQueryError {
  return new BigQueryError("resourceInUse", `Dataset ${project}:${dataset} is still in use`);
}

async function dropTable(
  context: DefinitionContext,
  plan: Plan & { kind: "DROP_TABLE" | "DROP_VIEW" },
): Promise<DefinitionResult> {
  const existing = context.catalog.findTable(plan.id);
  if (existing === undefined && plan.isIfExists) return skipped;
  const table = tableOfKind(context, plan.id, plan.kind === "DROP_VIEW" ? "VIEW" : "TABLE");
  return { apply: await context.catalog.dropTable(context.connection, table), operation: "DROP", rows: 0 };
}
