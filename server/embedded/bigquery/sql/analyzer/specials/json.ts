/** JSON: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import type { Expression } from "../../ast.ts";
import type { SpecialFunction } from "../../functions/special.ts";
import { stringLiteral } from "../../literals.ts";
import { SqlError, unsupported } from "../../position.ts";
import { duckType, scalar } from "../../types.ts";
import type { SqlType } from "../../types.ts";
import { coerce } from "../coercion.ts";
import { refuseVolatile } from "../operators.ts";
import { combine } from "../typed.ts";
import type { Typed } from "../typed.ts";
import { argument, expectCount, flag, positional } from "./call.ts";
import type { SpecialCall, SpecialHandler } from "./call.ts";
import { valueText } from "./printing.ts";

/** How names with special characters are written: `$."a b"`, in the older functions `$['a b']`. */
type PathForm = "quoted" | "bracketed";

const steps: Record<PathForm, RegExp> = {
  quoted: /\.(?:"((?:[^"\\]|\\.)*)"|([^.[\]"'*\s\\:()?@$]+))|\[ *(-?\d+) *\]/y,
  bracketed: /\.(?:()([^.[\]"'*\s\\:()?@$]+))|\[ *(-?\d+) *\]|\['((?:[^'\\])*)'\]/y,
};

/**
 * The names and positions of a path. Functions that read find an element by `.0` as well, and a member by `[0]`; those
 * that change (`isTyped`) get positions as numbers and are refused names that look like one.
 */
export function readPath(
  { call }: SpecialCall,
  expression: Expression,
  form: PathForm,
  isTyped: boolean,
): (string | number)[] {
  const { position } = expression;
  if (expression.kind !== "literal" || expression.type !== "STRING") {
    throw unsupported(`${call.name} with a JSONPath that is not a string literal`, call.position);
  }
  const text = expression.value;
  if (!text.startsWith("$")) throw new SqlError("JSONPath must start with '$'", position);
  const path: (string | number)[] = [];
  const pattern = steps[form];
  pattern.lastIndex = 1;
  while (pattern.lastIndex < text.length) {
    const { lastIndex } = pattern;
    const match = pattern.exec(text);
    if (match === null || match[1]?.includes("\\")) {
      throw unsupported(`The JSONPath ${text} from character ${lastIndex + 1} on`, position);
    }
    const name = match[1] || match[2] || match[4];
    if (isTyped && (match[3]?.startsWith("-") || (name !== undefined && /^\d+$/.test(name))))
      throw unsupported(`The JSONPath ${text}`, position);
    path.push(name ?? (isTyped ? Number(match[3]) : (match[3] ?? "")));
  }
  return path;
}

/** The path of an argument that may be left out, as a JSON list. */
function pathArgument(special: SpecialCall, form: PathForm): string {
  const expression = special.call.args[1];
  return expression === undefined ? "[]" : JSON.stringify(readPath(special, expression, form, false));
}

function jsonInput(special: SpecialCall): Typed {
  const typed = argument(special, 0);
  if (typed.type.kind === "JSON" || typed.type.kind === "STRING") return typed;
  return argument(special, 0, scalar("STRING"));
}

interface Extraction {
  routine: string;
  form: PathForm;
  /** Whether what is found is JSON when the input is. */
  keepsType: boolean;
  isArray: boolean;
  least: 1 | 2;
}

function extraction({ routine, form, keepsType, isArray, least }: Extraction): SpecialHandler {
  return (special) => {
    expectCount(special, least, 2);
    const input = jsonInput(special);
    const type: SqlType = keepsType && input.type.kind === "JSON" ? input.type : scalar("STRING");
    const path = special.call.args[1];
    if (path?.kind === "literal" && path.type === "NULL") {
      const result: SqlType = isArray ? { kind: "ARRAY", element: type } : type;
      return combine(`CAST(NULL AS ${duckType(result)})`, result, [input]);
    }
    const found = `bq_partial_json_${routine}(${input.sql}, ${stringLiteral(pathArgument(special, form))})`;
    // In a STRING a JSON null is NULL.
    const sql = keepsType && !isArray && type.kind === "STRING" ? `nullif(${found}, 'null')` : found;
    return combine(sql, isArray ? { kind: "ARRAY", element: type } : type, [input]);
  };
}

const arrayOf = { isArray: true, least: 1 } as const;
const single = { isArray: false } as const;

/** JSON text of any value; `routine` writes the scalars. */
function jsonText(typed: Typed, routine: string, depth = 0): string {
  const { type, sql } = typed;
  if (type.kind === "ARRAY") {
    const element = `"$j${depth}"`;
    const text = jsonText({ sql: element, type: type.element }, routine, depth + 1);
    return `(CASE WHEN ${sql} IS NULL THEN 'null' WHEN len(${sql}) = 0 THEN '[]'
      ELSE '[' || array_to_string(list_transform(${sql}, lambda ${element}: ${text}), ',') || ']' END)`;
  }
  if (type.kind === "STRUCT") {
    const members = type.fields.map((field, index) => {
      const value = jsonText({ sql: `struct_extract(${sql}, 'f${index + 1}')`, type: field.type }, routine, depth);
      return `${stringLiteral(`${index === 0 ? "" : ","}${JSON.stringify(field.name ?? "")}:`)} || ${value}`;
    });
    return `(CASE WHEN ${sql} IS NULL THEN 'null' ELSE '{' || ${members.join(" || ")} || '}' END)`;
  }
  if (type.kind === "NULL") return "'null'";
  if (type.kind === "JSON") return `coalesce(${sql}, 'null')`;
  return `coalesce(${routine}('${type.kind}', ${valueText(typed)}), 'null')`;
}

const toJsonString: SpecialHandler = (special) => {
  expectCount(special, 1, 2);
  const value = argument(special, 0);
  const { position } = special.call;
  refuseVolatile([value], "TO_JSON_STRING", position);
  const sql = jsonText(value, "bq_json_scalar");
  const pretty = special.call.args[1];
  if (pretty === undefined) return combine(sql, scalar("STRING"), [value]);
  if (pretty.kind !== "literal" || pretty.type !== "BOOL") {
    throw unsupported("TO_JSON_STRING with a second argument that is not TRUE or FALSE", pretty.position);
  }
  return combine(pretty.value === "TRUE" ? `bq_json_pretty(${sql})` : sql, scalar("STRING"), [value]);
};

/** Any value as the JSON text that TO_JSON gives. */
export function jsonOf(value: Typed, routine = "bq_json_value_of"): string {
  return `bq_parse_json(${jsonText(value, routine)})`;
}

const toJson: SpecialHandler = (special) => {
  const [expression, ...rest] = positional(special, ["stringify_wide_numbers"]);
  if (expression === undefined || rest.length > 0) {
    throw new SqlError("No matching signature for function TO_JSON", special.call.position);
  }
  const value = special.analyze(expression);
  refuseVolatile([value], "TO_JSON", special.call.position);
  const isWide = flag(special, "stringify_wide_numbers", false);
  return combine(jsonOf(value, isWide ? "bq_json_wide_value_of" : "bq_json_value_of"), scalar("JSON"), [value]);
};

/** `wide_number_mode => 'exact'` or `'round'`. */
function wideNumberMode(special: SpecialCall, standard: string): string {
  const { args, argumentNames, position } = special.call;
  if (argumentNames.length === 0) return standard;
  const mode = args[1];
  if (mode?.kind === "literal" && mode.type === "STRING" && ["exact", "round"].includes(mode.value)) return mode.value;
  throw unsupported(`${special.call.name} with a wide_number_mode that is not 'exact' or 'round'`, position);
}

const parseJson: SpecialHandler = (special) => {
  const [expression, ...rest] = positional(special, ["wide_number_mode"]);
  if (expression === undefined || rest.length > 0) {
    throw new SqlError("No matching signature for function PARSE_JSON", special.call.position);
  }
  const text = coerce(special.analyze(expression), scalar("STRING"), expression.position, "Argument 1 of PARSE_JSON");
  const routine = wideNumberMode(special, "exact") === "round" ? "bq_parse_json_rounded" : "bq_parse_json";
  return combine(`${routine}(${text.sql})`, scalar("JSON"), [text]);
};

/** A value out of JSON: BOOL(json) and the like. */
function unwrap(routine: string, kind: "BOOL" | "INT64"): SpecialHandler {
  return (special) => {
    expectCount(special, 1);
    const json = argument(special, 0, scalar("JSON"));
    return combine(`${routine}(${json.sql})`, scalar(kind), [json]);
  };
}

const float64: SpecialHandler = (special) => {
  positional(special, ["wide_number_mode"]);
  expectCount(special, 1, 1 + special.call.argumentNames.length);
  const json = argument(special, 0, scalar("JSON"));
  return combine(`bq_json_to_float(${json.sql}, '${wideNumberMode(special, "round")}')`, scalar("FLOAT64"), [json]);
};

export const jsonHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  JSON_VALUE: extraction({ routine: "value", form: "quoted", keepsType: false, ...single, least: 1 }),
  JSON_EXTRACT_SCALAR: extraction({ routine: "value", form: "bracketed", keepsType: false, ...single, least: 1 }),
  JSON_QUERY: extraction({ routine: "query", form: "quoted", keepsType: true, ...single, least: 2 }),
  JSON_EXTRACT: extraction({ routine: "query", form: "bracketed", keepsType: true, ...single, least: 2 }),
  JSON_QUERY_ARRAY: extraction({ routine: "query_array", form: "quoted", keepsType: true, ...arrayOf }),
  JSON_EXTRACT_ARRAY: extraction({ routine: "query_array", form: "bracketed", keepsType: true, ...arrayOf }),
  JSON_VALUE_ARRAY: extraction({ routine: "value_array", form: "quoted", keepsType: false, ...arrayOf }),
  JSON_EXTRACT_STRING_ARRAY: extraction({ routine: "value_array", form: "bracketed", keepsType: false, ...arrayOf }),
  TO_JSON_STRING: toJsonString,
  TO_JSON: toJson,
  BOOL: unwrap("bq_json_to_bool", "BOOL"),
  INT64: unwrap("bq_json_to_integer", "INT64"),
  FLOAT64: float64,
  PARSE_JSON: parseJson,
};
