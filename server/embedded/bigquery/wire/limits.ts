/** Whether a value that is stored as it was sent fits into its column's type, such as STRING(5). */
import { DuckDBBlobValue, DuckDBDecimalValue } from "@duckdb/node-api";
import type { DuckDBValue } from "@duckdb/node-api";
import type { TypeLimit } from "../sql/type-limits.ts";
import { ValueError } from "./decode.ts";

/** NUMERIC is stored in billionths. */
const storedScale = 9;

/** Throws ValueError. Decimals beyond the scale are refused, not rounded: what is streamed or loaded is stored as it is. */
export function requireFit(value: DuckDBValue, limit: TypeLimit, field: string): void {
  if (limit.kind === "length") {
    const length = typeof value === "string" ? characterCount(value, limit.most) : byteCount(value);
    if (length <= limit.most) return;
    throw new ValueError(field, `Field ${field}: value has length ${length}, and the most is ${limit.most}`);
  }
  if (!(value instanceof DuckDBDecimalValue)) return;
  const { precision, scale } = limit;
  const magnitude = value.value < 0n ? -value.value : value.value;
  if (magnitude >= 10n ** BigInt(precision - scale + storedScale)) {
    throw new ValueError(
      field,
      `Field ${field}: ${value.toString()} is out of range of NUMERIC(${precision}, ${scale})`,
    );
  }
  if (magnitude % 10n ** BigInt(storedScale - scale) !== 0n) {
    throw new ValueError(field, `Field ${field}: ${value.toString()} has more than ${scale} decimals; refused`);
  }
}

/** Code points; a short text is not counted. */
function characterCount(text: string, most: number): number {
  return text.length <= most ? text.length : Array.from(text).length;
}

function byteCount(value: DuckDBValue): number {
  return value instanceof DuckDBBlobValue ? value.bytes.length : 0;
}
