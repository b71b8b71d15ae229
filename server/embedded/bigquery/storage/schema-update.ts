/**
 * A new schema for a table that is there, as the REST API takes it: columns may be added at the end, REQUIRED ones become
 * NULLABLE, descriptions change. https://cloud.google.com/bigquery/docs/managing-table-schemas
 */
import { BigQueryError } from "../errors.ts";
import type { TableColumn } from "../sql/analyzer/context.ts";
import { limitedName } from "../sql/type-limits.ts";
import { columnsOf } from "../wire/schema.ts";
import type { FieldSchema } from "../wire/schema.ts";
import { addColumns, dropNotNull } from "./alterations.ts";
import type { Altered } from "./alterations.ts";
import type { DefinitionContext } from "./definition-parts.ts";

const nowhere = 0;

/** Changes the document's schema, and the stored table with it. Throws BigQueryError. */
export async function updateSchema(
  context: DefinitionContext,
  altered: Altered,
  fields: readonly FieldSchema[],
): Promise<void> {
  const { table, document } = altered;
  const given = columnsOf([...fields]);
  const place = `Provided Schema does not match Table ${table.id.project}:${table.id.dataset}.${table.id.table}`;
  for (const column of table.columns) {
    const found = given.find(({ name }) => name === column.name);
    if (found === undefined)
      throw new BigQueryError("invalid", `${place}. Field ${column.name} is missing in new schema`);
    const change = changeOf(column, found);
    if (change !== undefined)
      throw new BigQueryError("invalid", `${place}. Field ${column.name} has changed ${change}`);
    if (column.isRequired && !found.isRequired)
      await dropNotNull(context, altered, { name: column.name, isIfExists: false, position: nowhere });
  }
  const added = given.filter(({ name }) => table.columns.every((column) => column.name !== name));
  for (const { name, isRequired, requiredInside = [], defaultText } of added) {
    if (isRequired || requiredInside.length > 0)
      throw new BigQueryError(
        "invalid",
        `${place}. Cannot add required fields to an existing schema. (field: ${name})`,
      );
    if (defaultText !== undefined)
      throw new BigQueryError("invalid", `${place}. Field ${name} is new and cannot have a default value yet`);
  }
  await addColumns(
    context,
    altered,
    added.map((column) => ({
      ...column,
      limit: column.limit,
      description: undefined,
      defaultValue: undefined,
      isIfNotExists: false,
      position: nowhere,
    })),
  );
  const order = [...table.columns, ...added].map(({ name }) => fields.find((field) => field.name === name));
  document.schema = { fields: order.filter((field) => field !== undefined) };
}

/** What may not change, in words; undefined when nothing of it does. */
function changeOf(column: TableColumn, given: TableColumn): string | undefined {
  const [before, after] = [column, given].map(({ type, limit }) => limitedName(type, limit));
  if (before !== after) return `type from ${before} to ${after}`;
  if (!column.isRequired && given.isRequired) return "mode from NULLABLE to REQUIRED";
  if (JSON.stringify(column.requiredInside ?? []) !== JSON.stringify(given.requiredInside ?? []))
    return "the mode of a field inside, which the embedded server does not support";
  return column.defaultText === given.defaultText ? undefined : "its default value: ALTER COLUMN does that here";
}
