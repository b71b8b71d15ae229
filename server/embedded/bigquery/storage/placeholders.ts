/** Puts the values of one execution into translated SQL. */
import { BigQueryError } from "../errors.ts";
import { scalarLiteral } from "../sql/literals.ts";
import { duckType } from "../sql/types.ts";
import type { ScalarKind, SqlType } from "../sql/types.ts";
import { formatTimestamp } from "../wire/times.ts";

/** QueryParameterValue: https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter */
export interface ParameterValue {
  value?: unknown;
  arrayValues?: ParameterValue[];
  structValues?: Record<string, ParameterValue>;
}

export interface QueryParameter {
  name: string | undefined;
  type: SqlType;
  value: ParameterValue;
}

export interface Execution {
  parameters: QueryParameter[];
  /** Micros since the epoch: CURRENT_TIMESTAMP of this statement. */
  nowMicros: bigint;
}

// oxlint-disable-next-line no-control-regex -- the mark of placeholder(), which stringLiteral keeps out of the SQL
const pattern = /\u0001(\w+):([^:\u0001]*):(\w*)\u0001/g;

export function fillPlaceholders(sql: string, execution: Execution): string {
  return sql.replaceAll(pattern, (_, kind: string, key: string, type: string) => {
    if (kind === "now") return `TIMESTAMP '${formatTimestamp(execution.nowMicros)}'`;
    const parameter = findParameter(execution.parameters, key);
    if (parameter === undefined) throw new BigQueryError("invalidQuery", `Query parameter '${key}' not found`);
    return parameterLiteral(parameter, type === "" ? parameter.type : { kind: type as ScalarKind });
  });
}

function findParameter(parameters: QueryParameter[], key: string): QueryParameter | undefined {
  if (/^\d+$/.test(key)) return parameters[Number(key)];
  return parameters.find((candidate) => candidate.name?.toLowerCase() === key);
}

function parameterLiteral(parameter: QueryParameter, type: SqlType): string {
  try {
    return literalOf(parameter.value, type);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const name = parameter.name === undefined ? "" : ` '${parameter.name}'`;
    throw new BigQueryError("invalidQuery", `Invalid value for query parameter${name}: ${error.message}`, {
      cause: error,
    });
  }
}

function literalOf(value: ParameterValue, type: SqlType): string {
  if (type.kind === "ARRAY") {
    const items = (value.arrayValues ?? []).map((item) => literalOf(item, type.element));
    return `CAST([${items.join(", ")}] AS ${duckType(type)})`;
  }
  if (type.kind === "STRUCT") {
    const fields = type.fields.map((field, index) => {
      return `f${index + 1} := ${literalOf(value.structValues?.[field.name ?? ""] ?? {}, field.type)}`;
    });
    return `struct_pack(${fields.join(", ")})`;
  }
  const text = value.value;
  if (text === undefined || text === null) return `CAST(NULL AS ${duckType(type)})`;
  if (typeof text !== "string" && typeof text !== "number" && typeof text !== "boolean") {
    throw new RangeError("expected a string");
  }
  if (typeof text === "number" && type.kind === "INT64" && !Number.isSafeInteger(text)) {
    throw new RangeError(`${text} is not an exact integer; send it as a string`);
  }
  return type.kind === "NULL" ? "NULL" : scalarLiteral(type.kind, String(text));
}
