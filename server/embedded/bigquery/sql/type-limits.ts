/**
 * Parameters of a column's type, such as STRING(5) and NUMERIC(7, 2).
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types
 */
import { typeName } from "./types.ts";
import type { SqlType } from "./types.ts";

export type TypeLimit =
  /** Characters of a STRING, bytes of BYTES. */
  | { kind: "length"; most: number }
  /** Decimal digits, and how many of them stand behind the point. */
  | { kind: "digits"; precision: number; scale: number };

const scaleMax = 9;
const wholeDigitsMax = 29;

/** The limit that the parameters mean. Throws RangeError. */
export function typeLimit(type: SqlType, parameters: number[]): TypeLimit {
  const [first = 0, second] = parameters;
  if ((type.kind === "STRING" || type.kind === "BYTES") && parameters.length === 1) {
    if (!Number.isSafeInteger(first) || first < 1) throw new RangeError(`${type.kind} length must be greater than 0`);
    return { kind: "length", most: first };
  }
  if (type.kind !== "NUMERIC" || parameters.length > 2) {
    throw new RangeError(`${typeName(type)} does not support type parameters (${parameters.join(", ")})`);
  }
  const scale = second ?? 0;
  const isScale = Number.isSafeInteger(scale) && scale >= 0 && scale <= scaleMax;
  const isPrecision = Number.isSafeInteger(first) && first >= Math.max(1, scale) && first <= scale + wholeDigitsMax;
  if (!isScale || !isPrecision) {
    throw new RangeError(
      `NUMERIC(P, S) needs S from 0 to ${scaleMax} and P from max(1, S) to S + ${wholeDigitsMax}, got (${parameters.join(", ")})`,
    );
  }
  return { kind: "digits", precision: first, scale };
}

/** SQL of a value that fits, made of SQL of any value of the type; computed once. A value that cannot be made fit fails. */
export function limitedSql(sql: string, limit: TypeLimit, type: SqlType): string {
  if (limit.kind === "length") {
    return `${type.kind === "BYTES" ? "bq_limit_length_bytes" : "bq_limit_length"}(${sql}, ${limit.most}::BIGINT)`;
  }
  const { precision, scale } = limit;
  // DuckDB rounds a DECIMAL half away from zero, as BigQuery does.
  return `CAST(CAST(round(${sql}, ${scale}) AS DECIMAL(${precision}, ${scale})) AS DECIMAL(38, 9))`;
}

export function limitedName(type: SqlType, limit: TypeLimit | undefined): string {
  const name = typeName(type);
  if (limit === undefined) return name;
  if (limit.kind === "length") return `${name}(${limit.most})`;
  return limit.scale === 0 ? `${name}(${limit.precision})` : `${name}(${limit.precision}, ${limit.scale})`;
}
