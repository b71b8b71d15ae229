import type { CallExpression, Expression } from "../../ast.ts";
import { SqlError, unsupported } from "../../position.ts";
import { sameName } from "../scope.ts";
import type { Typed } from "../typed.ts";
import { coerce } from "../coercion.ts";
import type { SqlType } from "../../types.ts";

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

/** An argument that is a bare word such as DAY. */
export function datePart(special: SpecialCall, index: number): string {
  const expression = special.call.args[index];
  if (expression?.kind === "path" && expression.names.length === 1) return (expression.names[0] ?? "").toUpperCase();
  if (expression?.kind === "call") throw unsupported(`The date part ${expression.name}(…)`, expression.position);
  throw new SqlError(`${special.call.name}: argument ${index + 1} must be a date part`, special.call.position);
}

/** A string that must be known before the statement runs. */
export function constantText(special: SpecialCall, index: number, what: string): string {
  const expression = special.call.args[index];
  if (expression?.kind === "literal" && expression.type === "STRING") return expression.value;
  throw unsupported(`${special.call.name} with ${what} that is not a string literal`, special.call.position);
}

/** Time zones other than UTC are outside the subset. */
export function requireUtc(special: SpecialCall, index: number): void {
  if (special.call.args.length <= index) return;
  const zone = constantText(special, index, "a time zone");
  if (!["UTC", "Etc/UTC", "+00:00", "+00", "+0"].some((name) => sameName(name, zone))) {
    throw unsupported(`The time zone ${zone}`, special.call.position);
  }
}
