/** Calls of scalar functions: finds the signature that fits the arguments, as GoogleSQL would. */
import type { CallExpression } from "../ast.ts";
import { fill, repeatsArguments } from "../functions/signature.ts";
import type { ArgumentPattern, FunctionDefinition, Signature } from "../functions/signature.ts";
import { specialFunctions } from "../functions/special.ts";
import type { SpecialFunction } from "../functions/special.ts";
import { scalarFunctionsByName } from "../functions/table.ts";
import { SqlError, unsupported } from "../position.ts";
import { isComparable, sameType, scalar, typeName } from "../types.ts";
import type { SqlType } from "../types.ts";
import { tryCoerce } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { refuseVolatile } from "./operators.ts";
import { arrayHandlers } from "./specials/arrays.ts";
import { conditionalHandlers } from "./specials/conditionals.ts";
import { intervalHandlers } from "./specials/intervals.ts";
import { jsonChangeHandlers } from "./specials/json-changes.ts";
import { jsonHandlers } from "./specials/json.ts";
import { printingHandlers } from "./specials/printing.ts";
import { regexpHandlers } from "./specials/regexps.ts";
import { stringHandlers } from "./specials/strings.ts";
import { timeFormatHandlers } from "./specials/time-formats.ts";
import { timeParsingHandlers } from "./specials/time-parsing.ts";
import { timeHandlers } from "./specials/times.ts";
import { truncationHandlers } from "./specials/truncation.ts";
import { zonedCall } from "./specials/zoned.ts";
import { nullOnError, SafeArguments } from "./safe.ts";
import type { SpecialHandler } from "./specials/call.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

const handlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  ...conditionalHandlers,
  ...timeHandlers,
  ...truncationHandlers,
  ...timeFormatHandlers,
  ...timeParsingHandlers,
  ...printingHandlers,
  ...regexpHandlers,
  ...stringHandlers,
  ...arrayHandlers,
  ...jsonHandlers,
  ...jsonChangeHandlers,
  ...intervalHandlers,
};

export function scalarCall(place: Place, call: CallExpression, analyze: Analyze): Typed {
  if (!call.isSafe) return plainCall(place, call, analyze);
  const args = new SafeArguments();
  const built = plainCall(place, call, (within, expression) => args.bind(analyze(within, expression)));
  return nullOnError(args, built, call);
}

function plainCall(place: Place, call: CallExpression, analyze: Analyze): Typed {
  refuseAggregateSyntax(call);
  const zoned = zonedCall({ call, analyze: (expression) => analyze(place, expression) });
  if (zoned !== undefined) return zoned;
  if (Object.hasOwn(specialFunctions, call.name)) {
    const handler = handlers[call.name as SpecialFunction];
    if (handler === undefined) throw unsupported(`The function ${call.name}`, call.position);
    return handler({ call, analyze: (expression) => analyze(place, expression) });
  }
  const definition = scalarFunctionsByName.get(call.name);
  if (definition === undefined) throw unsupported(`The function ${call.name}`, call.position);
  const args = call.args.map((argument) => analyze(place, argument));
  return applySignature(call, definition, args);
}

function refuseAggregateSyntax(call: CallExpression): void {
  const { name, position } = call;
  if (call.over !== undefined) throw unsupported(`The window function ${name}`, position);
  const isPlain =
    !call.isDistinct &&
    !call.isStar &&
    call.nulls === undefined &&
    call.having === undefined &&
    call.orderBy.length === 0;
  if (!isPlain || call.limit !== undefined) throw unsupported(`The aggregate function ${name}`, position);
}

function patternAt(candidate: Signature, index: number): ArgumentPattern | undefined {
  if (index < candidate.takes.length) return candidate.takes[index];
  return candidate.isVariadic ? candidate.takes.at(-1) : undefined;
}

function fitsCount(candidate: Signature, count: number): boolean {
  const least = candidate.takes.length - candidate.optional;
  return count >= least && (candidate.isVariadic || count <= candidate.takes.length);
}

function patternType(pattern: ArgumentPattern, typed: Typed): SqlType | undefined {
  switch (pattern) {
    case "T":
      return isComparable(typed.type) ? typed.type : undefined;
    case "ARRAY<T>":
      if (typed.type.kind === "NULL") return { kind: "ARRAY", element: scalar("INT64") };
      return typed.type.kind === "ARRAY" ? typed.type : undefined;
    case "ARRAY<STRING>":
      return { kind: "ARRAY", element: scalar("STRING") };
    case "ARRAY<BYTES>":
      return { kind: "ARRAY", element: scalar("BYTES") };
    case "ARRAY<INT64>":
      return { kind: "ARRAY", element: scalar("INT64") };
    case "ARRAY<NUMERIC>":
      return { kind: "ARRAY", element: scalar("NUMERIC") };
    case "ARRAY<FLOAT64>":
      return { kind: "ARRAY", element: scalar("FLOAT64") };
    default:
      return scalar(pattern);
  }
}

/** Arguments that already have the type cost nothing, widened ones 1, literals of another family 2. */
function fit(candidate: Signature, args: Typed[]): { args: Typed[]; cost: number } | undefined {
  let cost = 0;
  const coerced: Typed[] = [];
  const hasNumeric = args.some((typed) => typed.type.kind === "NUMERIC");
  for (const [index, typed] of args.entries()) {
    const pattern = patternAt(candidate, index);
    const type = pattern === undefined ? undefined : patternType(pattern, typed);
    // ROUND(2.345, 2) is a FLOAT64: a decimal literal does not choose NUMERIC by itself.
    const isFloatAsNumeric = !hasNumeric && typed.literal?.kind === "float" && type?.kind === "NUMERIC";
    const fitted = type === undefined || isFloatAsNumeric ? undefined : tryCoerce(typed, type);
    if (fitted === undefined || type === undefined) return undefined;
    if (!sameType(typed.type, type)) cost += typed.type.kind === "NUMERIC" && type.kind === "FLOAT64" ? 2 : 1;
    coerced.push(fitted);
  }
  return { args: coerced, cost };
}

function applySignature(call: CallExpression, definition: FunctionDefinition, args: Typed[]): Typed {
  let best: { signature: Signature; args: Typed[]; cost: number } | undefined;
  for (const candidate of definition.signatures) {
    if (!fitsCount(candidate, args.length)) continue;
    const fitted = fit(candidate, args);
    if (fitted !== undefined && (best === undefined || fitted.cost < best.cost))
      best = { signature: candidate, ...fitted };
  }
  if (best === undefined) {
    const kinds = args.map((argument) => typeName(argument.type)).join(", ");
    throw new SqlError(`No matching signature for function ${call.name} for argument types: ${kinds}`, call.position);
  }
  if (definition.note?.includes("a NUMERIC argument is refused") && args.some((part) => part.type.kind === "NUMERIC")) {
    throw unsupported(`${call.name} of a NUMERIC`, call.position);
  }
  if (repeatsArguments(best.signature)) refuseVolatile(args, call.name, call.position);
  const sql = fill(
    best.signature.sql,
    best.args.map((argument) => argument.sql),
  );
  const typed = combine(sql, resultType(best.signature, best.args), best.args);
  if (definition.isVolatile) Object.assign(typed, { isVolatile: true, isNumber: true });
  return typed;
}

function resultType(chosen: Signature, args: Typed[]): SqlType {
  const bound = args[chosen.takes.findIndex((pattern) => pattern === "T" || pattern === "ARRAY<T>")];
  switch (chosen.gives) {
    case "T":
      return bound?.type.kind === "ARRAY" ? bound.type.element : (bound?.type ?? scalar("INT64"));
    case "ARRAY<T>":
      return bound?.type ?? scalar("INT64");
    case "ARRAY<STRING>":
      return { kind: "ARRAY", element: scalar("STRING") };
    case "ARRAY<BYTES>":
      return { kind: "ARRAY", element: scalar("BYTES") };
    case "ARRAY<INT64>":
      return { kind: "ARRAY", element: scalar("INT64") };
    case "ARRAY<NUMERIC>":
      return { kind: "ARRAY", element: scalar("NUMERIC") };
    case "ARRAY<FLOAT64>":
      return { kind: "ARRAY", element: scalar("FLOAT64") };
    default:
      return scalar(chosen.gives);
  }
}
