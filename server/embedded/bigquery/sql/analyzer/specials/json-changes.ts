/** JSON values made and changed: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import type { Expression } from "../../ast.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { flag, named, positional } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { jsonOf, readPath } from "./json.ts";

const json = scalar("JSON");

function noMatch({ call }: SpecialCall): SqlError {
  return new SqlError(
    `No matching signature for function ${call.name} with ${call.args.length} arguments`,
    call.position,
  );
}

function jsonArgument(special: SpecialCall, expression: Expression | undefined): Typed {
  if (expression === undefined) throw noMatch(special);
  return coerce(special.analyze(expression), json, expression.position, `Argument 1 of ${special.call.name}`);
}

/** The path as a list of names and positions; undefined for a NULL, which changes nothing. */
function changedPath(special: SpecialCall, expression: Expression): string | undefined {
  if (expression.kind === "literal" && expression.type === "NULL") return undefined;
  return JSON.stringify(readPath(special, expression, "quoted", true));
}

const jsonArray: SpecialHandler = (special) => {
  const values = special.call.args.map((expression) => special.analyze(expression));
  refuseVolatile(values, "JSON_ARRAY", special.call.position);
  return combine(`bq_json_array(${texts(values)})`, json, values);
};

function texts(values: readonly Typed[]): string {
  return `CAST([${values.map((value) => jsonOf(value)).join(", ")}] AS VARCHAR[])`;
}

/** (name, value, …), or (names, values) as arrays; of a name that stands there twice the first counts. */
const jsonObject: SpecialHandler = (special) => {
  const { args, position, name } = special.call;
  const typed = args.map((expression) => special.analyze(expression));
  refuseVolatile(typed, name, position);
  const [first, second] = typed;
  if (typed.some((value) => value.items?.length === 0))
    throw unsupported(`${name} of an array without a type`, position);
  if (typed.length === 2 && first?.type.kind === "ARRAY" && second?.type.kind === "ARRAY") {
    const names = coerce(first, { kind: "ARRAY", element: scalar("STRING") }, position);
    const element: Typed = { sql: '"$value"', type: second.type.element };
    const values = `list_transform(${second.sql}, lambda "$value": ${jsonOf(element)})`;
    const sql = `(CASE WHEN ${names.sql} IS NULL OR ${second.sql} IS NULL
      THEN error('Invalid input to JSON_OBJECT: The arrays cannot be NULL') ELSE bq_json_object(${names.sql}, ${values}) END)`;
    return combine(sql, json, [names, second]);
  }
  if (typed.length % 2 !== 0) throw noMatch(special);
  const names = typed
    .filter((_, index) => index % 2 === 0)
    .map((key) => coerce(key, scalar("STRING"), position, "A key"));
  const values = typed.filter((_, index) => index % 2 === 1);
  const list = `CAST([${names.map((key) => key.sql).join(", ")}] AS VARCHAR[])`;
  return combine(`bq_json_object(${list}, ${texts(values)})`, json, typed);
};

/** Path and value in turn; each pair changes what the one before it gave. */
function inPairs(routine: string, option: { name: string; standard: boolean; isEach: boolean }): SpecialHandler {
  return (special) => {
    const [target, ...pairs] = positional(special, [option.name]);
    const value = jsonArgument(special, target);
    if (pairs.length === 0 || pairs.length % 2 !== 0) throw noMatch(special);
    const isSet = flag(special, option.name, option.standard);
    const parts: Typed[] = [value];
    let sql = value.sql;
    for (let index = 0; index < pairs.length; index += 2) {
      const [path, given] = [pairs[index], pairs[index + 1]];
      if (path === undefined || given === undefined) throw noMatch(special);
      const steps = changedPath(special, path);
      const typed = special.analyze(given);
      parts.push(typed);
      if (steps === undefined) continue;
      const last = option.isEach ? isSet && typed.type.kind === "ARRAY" : isSet;
      sql = `${routine}(${sql}, ${stringLiteral(steps)}, ${jsonOf(typed)}, ${last ? "TRUE" : "FALSE"})`;
    }
    refuseVolatile(parts, special.call.name, special.call.position);
    return combine(sql, json, parts);
  };
}

const jsonRemove: SpecialHandler = (special) => {
  const [target, ...paths] = positional(special, []);
  const value = jsonArgument(special, target);
  if (paths.length === 0) throw noMatch(special);
  const sql = paths.reduce((inner, path) => {
    const steps = changedPath(special, path);
    return steps === undefined ? inner : `bq_json_remove(${inner}, ${stringLiteral(steps)})`;
  }, value.sql);
  return combine(sql, json, [value]);
};

const jsonStripNulls: SpecialHandler = (special) => {
  const [target, path, ...rest] = positional(special, ["include_arrays", "remove_empty"]);
  const value = jsonArgument(special, target);
  if (rest.length > 0) throw noMatch(special);
  const steps = path === undefined ? "[]" : changedPath(special, path);
  if (steps === undefined) return value;
  const flags = [flag(special, "include_arrays", true), flag(special, "remove_empty", false)];
  const options = flags.map((isSet) => (isSet ? "TRUE" : "FALSE")).join(", ");
  return combine(`bq_json_strip_nulls(${value.sql}, ${stringLiteral(steps)}, ${options})`, json, [value]);
};

/** A depth beyond what any JSON has. */
const anyDepth = "1000000::BIGINT";

const jsonKeys: SpecialHandler = (special) => {
  const [target, depth, ...rest] = positional(special, ["max_depth", "mode"]);
  const value = jsonArgument(special, target);
  if (rest.length > 0) throw noMatch(special);
  const most = depth ?? named(special, "max_depth");
  const mode = named(special, "mode");
  const typedDepth = most === undefined ? undefined : coerce(special.analyze(most), scalar("INT64"), most.position);
  const typedMode = mode === undefined ? undefined : coerce(special.analyze(mode), scalar("STRING"), mode.position);
  const limit = typedDepth === undefined ? anyDepth : `coalesce(${typedDepth.sql}, ${anyDepth})`;
  const type: SqlType = { kind: "ARRAY", element: scalar("STRING") };
  const sql = `bq_partial_json_keys(${value.sql}, ${limit}, ${typedMode?.sql ?? "'strict'"})`;
  return combine(sql, type, [value, ...(typedDepth ? [typedDepth] : []), ...(typedMode ? [typedMode] : [])]);
};

/** A value out of JSON by what it may mean; NULL where it means nothing. */
function lax(routine: string, kind: "BOOL" | "INT64" | "FLOAT64" | "STRING"): SpecialHandler {
  return (special) => {
    const [target, ...rest] = positional(special, []);
    const value = jsonArgument(special, target);
    if (rest.length > 0) throw noMatch(special);
    return combine(`${routine}(${value.sql})`, scalar(kind), [value]);
  };
}

export const jsonChangeHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  JSON_ARRAY: jsonArray,
  JSON_OBJECT: jsonObject,
  JSON_SET: inPairs("bq_json_set", { name: "create_if_missing", standard: true, isEach: false }),
  JSON_ARRAY_APPEND: inPairs("bq_json_append", { name: "append_each_element", standard: true, isEach: true }),
  JSON_ARRAY_INSERT: inPairs("bq_partial_json_insert", { name: "insert_each_element", standard: true, isEach: true }),
  JSON_REMOVE: jsonRemove,
  JSON_STRIP_NULLS: jsonStripNulls,
  JSON_KEYS: jsonKeys,
  LAX_BOOL: lax("bq_json_lax_bool", "BOOL"),
  LAX_INT64: lax("bq_partial_json_lax_int64", "INT64"),
  LAX_FLOAT64: lax("bq_json_lax_float64", "FLOAT64"),
  LAX_STRING: lax("bq_json_lax_string", "STRING"),
};
