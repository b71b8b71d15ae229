/** Registers the routines with DuckDB, which calls them a chunk of rows at a time. */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBScalarFunction,
  INTERVAL,
  LIST,
  SQLNULL,
  VARCHAR,
} from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { Routine, RoutineType, RoutineValue } from "../routines/routine.ts";
import { routines } from "../routines/table.ts";

const duckTypes: Record<RoutineType, DuckDBType> = {
  STRING: VARCHAR,
  BYTES: BLOB,
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  BOOL: BOOLEAN,
  INTERVAL,
  "ARRAY<STRING>": LIST(VARCHAR),
  "ARRAY<BYTES>": LIST(BLOB),
  "ARRAY<INT64>": LIST(BIGINT),
};

/** What DuckDB's `error` does, as a function without side effects, so that TRY may stand around it. */
const failure = "bq_fail";

export function registerRoutines(connection: DuckDBConnection): void {
  for (const routine of routines) connection.registerScalarFunction(scalarFunction(routine));
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: failure,
      parameterTypes: [VARCHAR],
      returnType: SQLNULL,
      mainFunction: (info, input) => info.setError(String(input.getColumnVector(0).getItem(0))),
    }),
  );
}

function scalarFunction({ name, takes, gives, run }: Routine): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: takes.map((type) => duckTypes[type]),
    returnType: duckTypes[gives],
    mainFunction: (info, input, output) => {
      const columns = takes.map((_, index) => input.getColumnVector(index));
      try {
        for (let row = 0; row < input.rowCount; row += 1) {
          const args = columns.map((column) => fromDuck(column.getItem(row)));
          output.setItem(row, args.includes(null) ? null : toDuck(run(args)));
        }
      } catch (error) {
        info.setError(error instanceof Error ? error.message : String(error));
        return;
      }
      output.flush();
    },
  });
}

function fromDuck(value: DuckDBValue): RoutineValue {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBListValue) return value.items.map(fromDuck) as RoutineValue;
  if (value instanceof DuckDBIntervalValue) return { months: value.months, days: value.days, micros: value.micros };
  return value as RoutineValue;
}

function toDuck(value: RoutineValue): DuckDBValue {
  if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
  if (Array.isArray(value)) return new DuckDBListValue(value.map((item) => toDuck(item)));
  if (typeof value === "object" && value !== null) {
    return new DuckDBIntervalValue(value.months, value.days, value.micros);
  }
  return value;
}
