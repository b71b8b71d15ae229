import type { CallExpression, Expression } from "../../ast.ts";
import { SqlError, unsupported } from "../../position.ts";
import type { Typed } from "../typed.ts";
import { coerce } from "../coercion.ts";
import { scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { utc, zoneOfText } from "../../functions/zones.ts";
import type { ZoneSql } from "../../functions/zones.ts";
import type { Position } from "../../position.ts";

/** A call whose arguments a handler reads one by one. */
export interface SpecialCall {
  call: CallExpression;
  analyze(expression: Expression): Typed;
}

export type SpecialHandler = (special: SpecialCall) => Typed;

export function expectCount(special: SpecialCall, least: number, most = least): void {
  const { call } = special;
  if (call.args.length >= least && call.args.length <= most) return;
  throw new SqlError(
    `No matching signature for function ${call.name} with ${call.args.length} arguments`,
    call.position,
  );
}

/** The argument at `index`, of the given type. */
export function argument(special: SpecialCall, index: number, type?: SqlType): Typed {
  const expression = special.call.args[index];
  if (expression === undefined)
    throw new SqlError(`${special.call.name}: argument ${index + 1} is missing`, special.call.position);
  const typed = special.analyze(expression);
  return type === undefined
    ? typed
    : coerce(typed, type, expression.position, `Argument ${index + 1} of ${special.call.name}`);
}

/** A string that must be known before the statement runs. */
export function constantText(special: SpecialCall, index: number, what: string): string {
  const expression = special.call.args[index];
  if (expression?.kind === "literal" && expression.type === "STRING") return expression.value;
  throw unsupported(`${special.call.name} with ${what} that is not a string literal`, special.call.position);
}

/** The time zone at `index`, UTC when there is none; a text that is not a constant is read for each row. */
export function zoneArgument(special: SpecialCall, index: number): { zone: ZoneSql; parts: Typed[] } {
  const expression = special.call.args[index];
  if (expression === undefined) return { zone: utc, parts: [] };
  return zoneOf(argument(special, index, scalar("STRING")), expression.position);
}

/** A STRING as a time zone. */
export function zoneOf(typed: Typed, position: Position): { zone: ZoneSql; parts: Typed[] } {
  if (typed.literal?.kind !== "string") return { zone: { kind: "sql", sql: typed.sql }, parts: [typed] };
  try {
    return { zone: zoneOfText(typed.literal.value), parts: [] };
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
}

/** A named argument that must be TRUE or FALSE in the text. */
export function flag(special: SpecialCall, name: string, standard: boolean): boolean {
  const given = named(special, name);
  if (given === undefined) return standard;
  if (given.kind === "literal" && given.type === "BOOL") return given.value === "TRUE";
  throw unsupported(`${special.call.name} with ${name} that is not TRUE or FALSE`, given.position);
}

export function named({ call }: SpecialCall, name: string): Expression | undefined {
  const index = call.argumentNames.indexOf(name);
  return index < 0 ? undefined : call.args[call.args.length - call.argumentNames.length + index];
}

/** The arguments before the named ones. Throws SqlError for names other than the given ones. */
export function positional({ call }: SpecialCall, names: readonly string[]): Expression[] {
  const unknown = call.argumentNames.find((name) => !names.includes(name));
  if (unknown !== undefined || new Set(call.argumentNames).size < call.argumentNames.length) {
    throw new SqlError(
      `Named argument ${unknown ?? ""} not found in signature for call to ${call.name}`,
      call.position,
    );
  }
  return call.args.slice(0, call.args.length - call.argumentNames.length);
}
