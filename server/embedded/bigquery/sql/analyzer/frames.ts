/** Window frames: https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls#def_window_frame */
import type { Expression, FrameBound, WindowFrame } from "../ast.ts";
import { scalarLiteral } from "../literals.ts";
import { SqlError, unsupported } from "../position.ts";
import { isNumericKind, scalar } from "../types.ts";
import { coerce } from "./coercion.ts";
import { mayBeNaN } from "./floats.ts";
import type { Typed } from "./typed.ts";

/** RANGE with a distance: DuckDB wants one key, and has NaN where GoogleSQL has not. */
export function hasDistance(frame: WindowFrame): boolean {
  return frame.unit === "RANGE" && (frame.start.rows !== undefined || frame.end?.rows !== undefined);
}

function isUnbounded(frame: WindowFrame): boolean {
  return [frame.start, frame.end].some((bound) => bound?.kind.startsWith("UNBOUNDED") === true);
}

/** Between distances NaN sees only NaN: it has a partition of its own. */
export function apartFromNaN(frame: WindowFrame | undefined, order: Typed[]): string[] {
  if (frame === undefined || !hasDistance(frame) || isUnbounded(frame)) return [];
  return order.filter(mayBeNaN).map((key) => `isnan(${key.sql})`);
}

/** INT64 with room for the distance. */
export function rangeKey(frame: WindowFrame, key: Typed): Typed {
  if (key.type.kind === "INT64") return { ...key, sql: `CAST(${key.sql} AS HUGEINT)` };
  return isUnbounded(frame) ? withoutNaN(key) : { ...key, isNumber: true };
}

export function withoutNaN(key: Typed, message = "A RANGE of distances over values with NaN is refused"): Typed {
  if (!mayBeNaN(key)) return key;
  return { ...key, sql: `(CASE WHEN isnan(${key.sql}) THEN error('${message}') ELSE ${key.sql} END)`, isNumber: true };
}

export function frameSql(frame: WindowFrame, order: Typed[]): string {
  const [key] = order;
  if (hasDistance(frame) && (order.length !== 1 || key === undefined || !isNumericKind(key.type))) {
    throw new SqlError("A RANGE frame with a distance needs exactly one numeric ORDER BY key", frame.position);
  }
  const isToCurrentRow = [frame.start, frame.end ?? frame.start].some((edge) => edge.kind === "CURRENT ROW");
  if (frame.unit === "RANGE" && key === undefined && (isToCurrentRow || frame.end === undefined)) {
    throw new SqlError("A RANGE-based window without ORDER BY cannot end at the current row", frame.position);
  }
  const bound = (edge: FrameBound): string => {
    if (edge.rows === undefined) return edge.kind;
    const { rows } = edge;
    const isCount =
      rows.kind === "literal" && (rows.type === "INT64" || (frame.unit === "RANGE" && rows.type !== "NULL"));
    if (!isCount || rows.value.startsWith("-")) {
      throw unsupported("A frame bound that is not a number without a sign", edge.position);
    }
    return `${frame.unit === "ROWS" || key === undefined ? rows.value : distance(rows, key)} ${edge.kind}`;
  };
  const start = bound(frame.start);
  if (frame.end === undefined && frame.start.kind.endsWith("FOLLOWING")) {
    throw new SqlError("A window frame cannot start with FOLLOWING and have no end", frame.position);
  }
  return frame.end === undefined ? `${frame.unit} ${start}` : `${frame.unit} BETWEEN ${start} AND ${bound(frame.end)}`;
}

function distance(rows: Expression & { kind: "literal" }, key: Typed): string {
  const typed: Typed = {
    sql: scalarLiteral(rows.type === "INT64" ? "INT64" : "FLOAT64", rows.value),
    type: scalar(rows.type === "INT64" ? "INT64" : "FLOAT64"),
    literal: { kind: rows.type === "INT64" ? "integer" : "float", value: rows.value },
  };
  const { sql } = coerce(typed, key.type, rows.position, "A distance of RANGE");
  return key.type.kind === "INT64" ? `CAST(${sql} AS HUGEINT)` : sql;
}
