/**
 * Calls whose errors become NULL: the prefix SAFE., and the functions SAFE_… Only errors of the function itself do;
 * those of its arguments stay errors, so that arguments which may fail are evaluated outside.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-reference#safe_prefix
 */
import { unsupported } from "../position.ts";
import type { Position } from "../position.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

/** Constants and columns cannot fail. */
function cannotFail(typed: Typed): boolean {
  if (/\berror\(/.test(typed.sql)) return false;
  return typed.literal !== undefined || /^[\w."]+(?:::\w+)?$/.test(typed.sql);
}

const isRefusal = /refused|\bbq_partial_/;

/** Binds arguments that may fail; `wrap` gives the text around what is built from the others. */
export class SafeArguments {
  private readonly bound: Typed[] = [];

  bind(typed: Typed): Typed {
    if (cannotFail(typed)) return typed;
    const { raw: _raw, fields: _fields, ...rest } = typed;
    this.bound.push(typed);
    return { ...rest, sql: `"$safe".a${this.bound.length}` };
  }

  /** `sql` over the bound arguments. */
  over(sql: string): string {
    if (this.bound.length === 0) return sql;
    const values = this.bound.map((typed, index) => `a${index + 1}: ${typed.sql}`).join(", ");
    return `list_transform([{${values}}], lambda "$safe": ${sql})[1]`;
  }
}

/**
 * NULL where `built` fails. What this server refuses must not become NULL: a call that may be refused at run time is
 * refused as a whole.
 */
export function nullOnError(args: SafeArguments, built: Typed, call: { name: string; position: Position }): Typed {
  if (isRefusal.test(built.sql)) throw unsupported(`SAFE.${call.name} of these arguments`, call.position);
  if (built.isVolatile) throw unsupported(`A random function inside SAFE.${call.name}`, call.position);
  // TRY takes no function with side effects, which DuckDB's `error` counts as.
  const failing = built.sql.replaceAll(/'(?:[^']|'')*'|\berror\(/g, (found) =>
    found.startsWith("'") ? found : "bq_fail(",
  );
  const sql = `TRY(${failing})`;
  return combine(args.over(sql), built.type, [built]);
}
