import type { ScalarKind } from "../types.ts";

/** A parameter's type; "T" is any comparable type, the same for all T of one call. */
export type ArgumentPattern =
  | ScalarKind
  | "T"
  | "ARRAY<T>"
  | "ARRAY<STRING>"
  | "ARRAY<BYTES>"
  | "ARRAY<INT64>"
  | "ARRAY<NUMERIC>"
  | "ARRAY<FLOAT64>";
export type ResultPattern = ArgumentPattern;

export interface Signature {
  takes: ArgumentPattern[];
  /** How many of the last parameters may be left out. */
  optional: number;
  /** The last parameter may be repeated. */
  isVariadic: boolean;
  gives: ResultPattern;
  /** DuckDB SQL: $1, $2 … are the arguments, $* all of them with commas; one alternative per number of arguments. */
  sql: string | ((args: string[]) => string);
}

export interface FunctionDefinition {
  names: string[];
  signatures: Signature[];
  isVolatile: boolean;
  note: string | undefined;
}

type Shape = Partial<Pick<Signature, "optional" | "isVariadic">>;

export function signature(
  takes: ArgumentPattern[],
  gives: ResultPattern,
  sql: Signature["sql"],
  shape: Shape = {},
): Signature {
  return { takes, gives, sql, optional: shape.optional ?? 0, isVariadic: shape.isVariadic ?? false };
}

export function define(names: string, signatures: Signature[], note?: string): FunctionDefinition {
  return { names: names.split(" "), signatures, isVolatile: false, note };
}

/** `$1` … and `$*` replaced by the arguments. */
export function fill(sql: Signature["sql"], args: string[]): string {
  if (typeof sql !== "string") return sql(args);
  return sql.replaceAll(/\$(\d|\*)/g, (_, which: string) => {
    return which === "*" ? args.join(", ") : (args[Number(which) - 1] ?? "NULL");
  });
}

/** Whether an argument is written more than once, so that it must not be volatile. */
export function repeatsArguments(signature_: Signature): boolean {
  if (typeof signature_.sql !== "string") return true;
  return signature_.takes.some((_, index) => (signature_.sql as string).split(`$${index + 1}`).length > 2);
}

/** An expression that stops the statement when the condition is not met. */
export function guard(condition: string, message: string, value: string): string {
  return `(CASE WHEN ${condition} THEN error('${message}') ELSE ${value} END)`;
}
