/** Expressions: resolves names and types, and writes DuckDB SQL. */
import type { Expression } from "../ast.ts";
import { isAggregateFunction } from "../functions/aggregates.ts";
import { bytesLiteral, parseInteger, scalarLiteral, stringLiteral } from "../literals.ts";
import { SqlError } from "../position.ts";
import { scalar } from "../types.ts";
import type { SqlType } from "../types.ts";
import { aggregateCall } from "./aggregates.ts";
import { scalarCall } from "./calls.ts";
import { cast } from "./casts.ts";
import { analyzeCollection, structField } from "./collections.ts";
import { coerce, commonType } from "./coercion.ts";
import { placeholder } from "./context.ts";
import type { Parameter, Place } from "./context.ts";
import { binary, compare, refuseVolatile, unary } from "./operators.ts";
import { predicate } from "./predicates.ts";
import { resolvePath } from "./scope.ts";
import { zoneOf } from "./specials/call.ts";
import { formattedCast } from "./specials/cast-formats.ts";
import { extract } from "./specials/extraction.ts";
import { unitMicros } from "./specials/date-parts.ts";
import { intervalArithmetic, intervalValue } from "./specials/intervals.ts";
import { shift } from "./specials/times.ts";
import { asFamily } from "./specials/truncation.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";
import { windowCall } from "./windows.ts";

export function analyzeExpression(place: Place, expression: Expression): Typed {
  const typed = analyzeNode(place, expression);
  const isPath = expression.kind === "path" || expression.kind === "field";
  return isPath ? asGroupKey(place, typed) : typed;
}

/** A path that is a group key may stand anywhere; a computed key only as a whole item of SELECT or ORDER BY. */
export function asGroupKey(place: Place, typed: Typed, { isSelectItem = false } = {}): Typed {
  const computed = place.computedKeys?.get(typed.sql);
  if (computed !== undefined && (typed.ungrouped !== undefined || (isSelectItem && computed.isSelected)))
    return { ...computed.typed };
  if (typed.ungrouped !== undefined && place.groupKeys?.has(typed.sql) === true) delete typed.ungrouped;
  return typed;
}

function analyzeNode(place: Place, expression: Expression): Typed {
  switch (expression.kind) {
    case "literal":
      return literal(expression);
    case "path":
      return path(place, expression);
    case "parameter":
    case "positional":
      return parameter(place, expression);
    case "unary":
      return unary(expression.operator, analyzeExpression(place, expression.operand), expression.position);
    case "binary":
      return binaryNode(place, expression);
    case "case":
      return caseNode(place, expression);
    case "cast": {
      const operand = analyzeExpression(place, expression.operand);
      if (expression.format !== undefined) {
        const zone = expression.zone === undefined ? undefined : analyzeExpression(place, expression.zone);
        return formattedCast(operand, expression, expression.format, zone);
      }
      return cast(operand, expression.type, expression);
    }
    case "extract":
      return extract(expression.part, analyzeExpression(place, expression.from), {
        zone: expression.zone === undefined ? undefined : extractZone(place, expression.zone),
        position: expression.position,
      });
    case "interval":
      return intervalValue(expression, analyzeExpression(place, expression.value));
    case "call":
      return call(place, expression);
    case "field":
    case "index":
    case "array":
    case "struct":
    case "subquery":
    case "arrayQuery":
      return analyzeCollection(place, expression, analyzeExpression);
    default:
      return predicate(place, expression, analyzeExpression);
  }
}

function extractZone(place: Place, zone: Expression): ReturnType<typeof zoneOf> {
  const typed = analyzeExpression(place, zone);
  return zoneOf(coerce(typed, scalar("STRING"), zone.position, "A time zone"), zone.position);
}

function literal(expression: Expression & { kind: "literal" }): Typed {
  const { type, value, position } = expression;
  try {
    switch (type) {
      case "NULL":
        return { sql: "NULL", type: { kind: "NULL" }, literal: { kind: "null", value } };
      case "BYTES":
        return { sql: bytesLiteral(Buffer.from(value, "hex")), type: scalar("BYTES") };
      case "STRING":
        return { sql: stringLiteral(value), type: scalar("STRING"), literal: { kind: "string", value } };
      case "INT64":
        return {
          sql: scalarLiteral(type, value),
          type: scalar(type),
          literal: { kind: "integer", value: parseInteger(value).toString() },
        };
      case "FLOAT64":
        return {
          sql: scalarLiteral(type, value),
          type: scalar(type),
          literal: { kind: "float", value },
          isNumber: true,
        };
      default:
        return { sql: scalarLiteral(type, value), type: scalar(type) };
    }
  } catch (error) {
    if (error instanceof RangeError) throw new SqlError(error.message, position);
    throw error;
  }
}

function path(place: Place, expression: Expression & { kind: "path" }): Typed {
  const typed = pathValue(place, expression);
  if (place.outputs === undefined) return typed;
  const output = place.outputs.get(typed.sql);
  if (output === undefined && typed.usesLocalColumn) {
    const name = expression.names.join(".");
    throw new SqlError(
      `ORDER BY clause expression references column ${name} which is not visible after SELECT DISTINCT`,
      expression.position,
    );
  }
  return output ?? typed;
}

function pathValue(place: Place, expression: Expression & { kind: "path" }): Typed {
  const { names, position } = expression;
  const [first = ""] = names;
  const aliased = place.aliases?.get(first.toLowerCase());
  if (aliased !== undefined && aliased.length > 1) throw new SqlError(`Column name ${first} is ambiguous`, position);
  const [item] = aliased ?? [];
  if (item !== undefined) return readFields(selectedItem(place, item, position), names.slice(1), expression);
  const found = resolvePath(place.scope, names, position);
  if (found === undefined) throw new SqlError(`Unrecognized name: ${names.join(".")}`, position);
  const column = found.column;
  if (place.groupKeys === undefined || place.groupKeys.has(column.sql)) delete column.ungrouped;
  return readFields(column, found.fields, expression);
}

/** An item of the select list by its name; what aggregates already cannot be aggregated again. */
function selectedItem(place: Place, item: Typed, position: number): Typed {
  if (item.hasAggregate && place.aggregates !== "allowed") {
    throw new SqlError("Aggregations of aggregations are not allowed", position);
  }
  if (item.hasWindow && place.windows !== "allowed") {
    throw new SqlError(`Analytic function not allowed in ${place.windows.forbiddenIn}`, position);
  }
  const typed = { ...item };
  if (place.groupKeys === undefined) delete typed.ungrouped;
  return typed;
}

function readFields(typed: Typed, fields: string[], expression: Expression): Typed {
  return fields.reduce((base, name) => structField(base, name, expression.position), typed);
}

function findParameter(place: Place, expression: Expression): { parameter: Parameter; key: string } | undefined {
  const { parameters } = place.context.environment;
  if (expression.kind === "positional") {
    const given = parameters[expression.index];
    return given === undefined ? undefined : { parameter: given, key: String(expression.index) };
  }
  if (expression.kind !== "parameter") return undefined;
  const found = parameters.find((candidate) => candidate.name?.toLowerCase() === expression.name);
  return found === undefined ? undefined : { parameter: found, key: expression.name };
}

function parameter(place: Place, expression: Expression): Typed {
  if (place.context.viewDepth > 0) throw new SqlError("Query parameters cannot be used in a view", expression.position);
  const found = findParameter(place, expression);
  if (found === undefined) {
    const name = expression.kind === "parameter" ? `'${expression.name}'` : "at this position";
    throw new SqlError(`Query parameter ${name} not found`, expression.position);
  }
  const { type } = found.parameter;
  return { sql: placeholder("parameter", found.key), type, literal: { kind: "parameter", value: found.key } };
}

function binaryNode(place: Place, expression: Expression & { kind: "binary" }): Typed {
  const { operator, left, right, position } = expression;
  const [interval, other] = right.kind === "interval" ? [right, left] : [left, right];
  if (interval.kind === "interval" && (operator === "+" || (operator === "-" && right.kind === "interval"))) {
    const base = analyzeExpression(place, other);
    const value = analyzeExpression(place, interval.value);
    const amount = { value, unit: interval.unit, isSubtracted: operator === "-" };
    if (isCounted(interval, value) && canShift(base.type.kind, interval.unit)) {
      // A DATE moved by an INTERVAL is a DATETIME, unlike what DATE_ADD gives.
      return shift(base.type.kind === "DATE" ? asFamily(base, "DATETIME", position) : base, amount, position);
    }
  }
  const [a, b] = asTexts(operator, [analyzeExpression(place, left), analyzeExpression(place, right)], position);
  const times = intervalArithmetic(operator, a, b, position);
  return times ?? dateArithmetic(operator, a, b, position) ?? binary(operator, a, b, position);
}

const noTexts = new Set<SqlType["kind"]>(["STRING", "BYTES", "ARRAY", "STRUCT", "JSON", "NULL"]);

/** What || joins, as CONCAT does: values that are no text are joined as the STRING that CAST makes of them. */
function asTexts(operator: string, pair: [Typed, Typed], position: number): [Typed, Typed] {
  const others = pair.filter(({ type }) => !noTexts.has(type.kind));
  if (operator !== "||" || others.length === 0) return pair;
  if (!pair.every((part) => part.type.kind === "STRING" || others.includes(part))) return pair;
  const text = (part: Typed): Typed => cast(part, scalar("STRING"), { isSafe: false, position });
  return [text(pair[0]), text(pair[1])];
}

/** A whole number of one unit: needs no INTERVAL value. */
function isCounted(interval: Expression & { kind: "interval" }, value: Typed): boolean {
  return interval.lastUnit === undefined && value.type.kind === "INT64";
}

function canShift(kind: string, unit: string): boolean {
  if (kind === "TIMESTAMP") return unitMicros[unit] !== undefined;
  return (kind === "DATE" || kind === "DATETIME") && [...Object.keys(unitMicros), "MONTH", "YEAR"].includes(unit);
}

/** DATE ± INT64 counts days. */
function dateArithmetic(operator: string, left: Typed, right: Typed, position: number): Typed | undefined {
  if (operator !== "+" && operator !== "-") return undefined;
  const isSubtracted = operator === "-";
  if (left.type.kind === "DATE" && right.type.kind === "INT64") {
    return shift(left, { value: right, unit: "DAY", isSubtracted }, position);
  }
  if (!isSubtracted && left.type.kind === "INT64" && right.type.kind === "DATE") {
    return shift(right, { value: left, unit: "DAY", isSubtracted }, position);
  }
  return undefined;
}

function caseNode(place: Place, expression: Expression & { kind: "case" }): Typed {
  const { position } = expression;
  const operand = expression.operand === undefined ? undefined : analyzeExpression(place, expression.operand);
  if (operand !== undefined) refuseVolatile([operand], "CASE", position);
  const conditions = expression.branches.map((branch) => {
    const when = analyzeExpression(place, branch.when);
    return operand === undefined
      ? coerce(when, scalar("BOOL"), branch.when.position, "A condition")
      : compare("=", operand, when, position);
  });
  const results = expression.branches.map((branch) => analyzeExpression(place, branch.result));
  if (expression.otherwise !== undefined) results.push(analyzeExpression(place, expression.otherwise));
  const common = commonType(results, position, "CASE");
  const values = results.map((value) => coerce(value, common.kind === "NULL" ? scalar("INT64") : common, position));
  const branches = conditions.map((condition, index) => `WHEN ${condition.sql} THEN ${values[index]?.sql}`);
  const otherwise = values.length > conditions.length ? ` ELSE ${values.at(-1)?.sql}` : "";
  const type = values[0]?.type ?? scalar("INT64");
  return combine(`(CASE ${branches.join(" ")}${otherwise} END)`, type, [...conditions, ...values]);
}

function call(place: Place, expression: Expression & { kind: "call" }): Typed {
  if (expression.over !== undefined) return windowCall(place, expression, expression.over, analyzeExpression);
  if (!isAggregateFunction(expression.name)) return scalarCall(place, expression, analyzeExpression);
  if (place.aggregates !== "allowed") {
    const where = place.aggregates.forbiddenIn;
    throw new SqlError(`Aggregate function ${expression.name} not allowed in ${where}`, expression.position);
  }
  return aggregateCall(place, expression, undefined, analyzeExpression);
}
