/** QueryParameter: https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter */
import { BigQueryError } from "../errors.ts";
import { scalarKindNamed } from "../sql/types.ts";
import type { SqlType } from "../sql/types.ts";
import type { ParameterValue, QueryParameter } from "../storage/placeholders.ts";
import { isObject, objectAt, stringAt } from "./request.ts";
import type { JsonObject } from "./request.ts";

const parametersMax = 10_000;

function readType(type: JsonObject | undefined, name: string): SqlType {
  const kind = type === undefined ? undefined : stringAt(type, "type")?.toUpperCase();
  if (type === undefined || kind === undefined)
    throw new BigQueryError("invalid", `Query parameter ${name} has no type`);
  if (kind === "ARRAY") return { kind, element: readType(objectAt(type, "arrayType"), name) };
  if (kind === "STRUCT") {
    const fields = Array.isArray(type.structTypes) ? (type.structTypes as unknown[]) : [];
    return {
      kind,
      fields: fields.filter(isObject).map((field) => ({
        name: stringAt(field, "name"),
        type: readType(objectAt(field, "type"), name),
      })),
    };
  }
  const scalarKind = scalarKindNamed(kind);
  if (scalarKind === undefined) {
    throw new BigQueryError(
      "invalidQuery",
      `Query parameter ${name}: the type ${kind} is not supported by the embedded server`,
    );
  }
  return { kind: scalarKind };
}

function readValue(value: unknown): ParameterValue {
  if (!isObject(value)) return {};
  const read: ParameterValue = {};
  if ("value" in value) read.value = value.value;
  if (Array.isArray(value.arrayValues)) read.arrayValues = value.arrayValues.map(readValue);
  const fields = objectAt(value, "structValues");
  if (fields !== undefined) {
    read.structValues = Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, readValue(inner)]));
  }
  return read;
}

/** The parameters of a query request; named ones have names, positional ones stand in order. */
export function readParameters(query: JsonObject): QueryParameter[] {
  const list = query.queryParameters;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new BigQueryError("invalid", "queryParameters must be an array");
  if (list.length > parametersMax) throw new BigQueryError("invalid", `More than ${parametersMax} query parameters`);
  const isPositional = stringAt(query, "parameterMode")?.toUpperCase() === "POSITIONAL";
  return list.map((item: unknown, index) => {
    if (!isObject(item)) throw new BigQueryError("invalid", `queryParameters[${index}] must be an object`);
    const name = isPositional ? undefined : stringAt(item, "name") || undefined;
    return {
      name,
      type: readType(objectAt(item, "parameterType"), name ?? String(index + 1)),
      value: readValue(item.parameterValue),
    };
  });
}
