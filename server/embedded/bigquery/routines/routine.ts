/**
 * What GoogleSQL computes and DuckDB does not, or does differently: pure functions that the storage registers with DuckDB
 * under the name `bq_…`, for the translator's tables to call.
 */
import type { Interval } from "../wire/intervals.ts";

export interface RoutineValues {
  STRING: string;
  BYTES: Uint8Array;
  INT64: bigint;
  FLOAT64: number;
  BOOL: boolean;
  INTERVAL: Interval;
  "ARRAY<STRING>": (string | null)[];
  "ARRAY<BYTES>": Uint8Array[];
  "ARRAY<INT64>": (bigint | null)[];
}

export type RoutineType = keyof RoutineValues;
export type RoutineValue = RoutineValues[RoutineType] | null;

export interface Routine {
  name: string;
  takes: readonly RoutineType[];
  gives: RoutineType;
  /** Called with values only: an argument that is NULL makes the result NULL. Throws RangeError for a bad argument. */
  run: (args: readonly RoutineValue[]) => RoutineValue;
}

type Values<Types extends readonly RoutineType[]> = { [Index in keyof Types]: RoutineValues[Types[Index]] };

export function routine<const Takes extends readonly RoutineType[], Gives extends RoutineType>(
  name: string,
  takes: Takes,
  gives: Gives,
  run: (...args: Values<Takes>) => RoutineValues[Gives] | null,
): Routine {
  // DuckDB calls it with values of the registered types.
  return { name: `bq_${name}`, takes, gives, run: (args) => run(...(args as Values<Takes>)) };
}

/**
 * A routine on text for STRING (`bq_name`) and for BYTES (`bq_name_bytes`): bytes are handed over as one character each.
 */
export function onTextAndBytes<const Takes extends readonly RoutineType[], Gives extends RoutineType>(
  name: string,
  takes: Takes,
  gives: Gives,
  run: (...args: Values<Takes>) => RoutineValues[Gives] | null,
): Routine[] {
  const onText = routine(name, takes, gives, run);
  const onBytes: Routine = {
    name: `${onText.name}_bytes`,
    takes: takes.map(bytesType),
    gives: bytesType(gives),
    run: (args) => {
      const value = onText.run(args.map((arg) => (arg instanceof Uint8Array ? oneCharacterEach(arg) : arg)));
      return bytesType(gives) === gives ? value : toBytes(value);
    },
  };
  return [onText, onBytes];
}

function bytesType(type: RoutineType): RoutineType {
  if (type === "STRING") return "BYTES";
  return type === "ARRAY<STRING>" ? "ARRAY<BYTES>" : type;
}

function oneCharacterEach(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function toBytes(value: RoutineValue): RoutineValue {
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (Array.isArray(value)) return value.map((item) => Buffer.from(String(item), "latin1"));
  return value;
}
