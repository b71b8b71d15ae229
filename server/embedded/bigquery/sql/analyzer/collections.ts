/** Arrays, structs and subqueries as values. */
import type { Expression, Query } from "../ast.ts";
import { stringLiteral } from "../literals.ts";
import { SqlError, unsupported } from "../position.ts";
import { scalar } from "../types.ts";
import type { SqlType, StructField } from "../types.ts";
import { arraySql, coerce, commonType } from "./coercion.ts";
import type { Analyze, Place } from "./context.ts";
import { refuseVolatile } from "./operators.ts";
import type { Relation } from "./scope.ts";
import { combine } from "./typed.ts";
import type { Typed } from "./typed.ts";

export function subquery(place: Place, query: Query): Relation {
  return place.context.analyzeQuery(place.context, query, place.scope);
}

export function analyzeCollection(place: Place, expression: Expression, analyze: Analyze): Typed {
  switch (expression.kind) {
    case "field": {
      const base = analyze(place, expression.base);
      return structField(base, expression.name, expression.position);
    }
    case "index":
      return element(place, expression, analyze);
    case "array":
      return array(place, expression, analyze);
    case "struct":
      return struct(place, expression, analyze);
    case "subquery": {
      const column = onlyColumn(subquery(place, expression.query), "Scalar subquery", expression.position);
      return { sql: `(${column.sql})`, type: column.type };
    }
    case "arrayQuery": {
      const column = onlyColumn(subquery(place, expression.query), "ARRAY subquery", expression.position);
      if (column.type.kind === "ARRAY") throw unsupported("An array of arrays", expression.position);
      return { sql: `ARRAY(${column.sql})`, type: { kind: "ARRAY", element: column.type } };
    }
    default:
      throw unsupported(`The expression ${expression.kind}`, expression.position);
  }
}

function onlyColumn(relation: Relation, what: string, position: number): { sql: string; type: SqlType } {
  const [column] = relation.columns;
  if (column === undefined || relation.columns.length > 1) {
    throw new SqlError(`${what} cannot have more than one column unless using SELECT AS STRUCT`, position);
  }
  return { sql: relation.sql, type: column.type.kind === "NULL" ? scalar("INT64") : column.type };
}

/** A field of a STRUCT, or a member of a JSON object. */
export function structField(base: Typed, name: string, position: number): Typed {
  if (base.type.kind === "JSON")
    return combine(`bq_json_member(${base.sql}, ${stringLiteral(name)})`, base.type, [base]);
  if (base.type.kind !== "STRUCT") {
    throw new SqlError(`Cannot access field ${name} on a value of type ${base.type.kind}`, position);
  }
  const matches = base.type.fields
    .map((field, index) => ({ field, index }))
    .filter(({ field }) => field.name?.toLowerCase() === name.toLowerCase());
  const [match] = matches;
  if (match === undefined) throw new SqlError(`Field name ${name} does not exist in the STRUCT`, position);
  if (matches.length > 1) throw new SqlError(`Struct field name ${name} is ambiguous`, position);
  return combine(`struct_extract(${base.sql}, 'f${match.index + 1}')`, match.field.type, [base]);
}

/** array[OFFSET(i)]: out of bounds is an error, with SAFE_ it is NULL. */
function element(place: Place, expression: Expression & { kind: "index" }, analyze: Analyze): Typed {
  const base = analyze(place, expression.base);
  if (base.type.kind === "STRUCT") return fieldAt(base, base.type, expression);
  if (base.type.kind === "JSON") return jsonElement(base, analyze(place, expression.index), expression);
  if (base.type.kind !== "ARRAY")
    throw new SqlError(`Subscript access on a value of type ${base.type.kind}`, expression.position);
  const index = coerce(analyze(place, expression.index), scalar("INT64"), expression.position, "An array position");
  refuseVolatile([base, index], "an array access", expression.position);
  // A bare position counts from zero, too.
  const { access = "OFFSET" } = expression;
  const at = access.endsWith("OFFSET") ? `(${index.sql} + 1)` : index.sql;
  const outside = access.startsWith("SAFE_") ? "NULL" : "error('Array index is out of bounds')";
  const sql = `(CASE WHEN ${base.sql} IS NULL THEN NULL WHEN ${at} NOT BETWEEN 1 AND len(${base.sql}) THEN ${outside} ELSE ${base.sql}[${at}] END)`;
  return combine(sql, base.type.element, [base, index]);
}

/** json[0] and json['name']: NULL where there is nothing. */
function jsonElement(base: Typed, index: Typed, expression: Expression & { kind: "index" }): Typed {
  if (expression.access !== undefined) {
    throw new SqlError(`${expression.access} does not apply to JSON`, expression.position);
  }
  const routine = index.type.kind === "STRING" ? "bq_json_member" : "bq_json_element";
  const typed =
    index.type.kind === "STRING" ? index : coerce(index, scalar("INT64"), expression.position, "A position");
  return combine(`${routine}(${base.sql}, ${typed.sql})`, base.type, [base, typed]);
}

/** struct[OFFSET(0)]: the position must be known, for it decides the type. */
function fieldAt(base: Typed, type: SqlType & { kind: "STRUCT" }, expression: Expression & { kind: "index" }): Typed {
  const { access = "OFFSET", index, position } = expression;
  if (access.startsWith("SAFE_")) throw new SqlError(`${access} does not apply to a STRUCT`, position);
  if (index.kind !== "literal" || index.type !== "INT64") {
    throw unsupported("A field position that is not an integer literal", index.position);
  }
  const at = Number(index.value) - (access === "ORDINAL" ? 1 : 0);
  const field = type.fields[at];
  if (field === undefined) throw new SqlError(`Field position ${index.value} is out of bounds`, index.position);
  return combine(`struct_extract(${base.sql}, 'f${at + 1}')`, field.type, [base]);
}

function array(place: Place, expression: Expression & { kind: "array" }, analyze: Analyze): Typed {
  const items = expression.items.map((item) => analyze(place, item));
  const common = expression.element ?? commonType(items, expression.position, "ARRAY");
  const elementType: SqlType = common.kind === "NULL" ? scalar("INT64") : common;
  if (elementType.kind === "ARRAY") throw unsupported("An array of arrays", expression.position);
  const values = items.map((item) => coerce(item, elementType, expression.position, "An array element"));
  const type = { kind: "ARRAY", element: elementType } as const;
  const sql = arraySql(
    type,
    values.map((value) => value.sql),
  );
  const typed = combine(sql, type, values);
  const isLiteral = expression.element === undefined && items.every((item) => item.literal !== undefined);
  return isLiteral ? { ...typed, items } : typed;
}

function struct(place: Place, expression: Expression & { kind: "struct" }, analyze: Analyze): Typed {
  const declared = expression.type?.kind === "STRUCT" ? expression.type.fields : undefined;
  if (declared !== undefined && declared.length !== expression.fields.length) {
    throw new SqlError("STRUCT type has a different number of fields than the value", expression.position);
  }
  const fields: StructField[] = [];
  const values = expression.fields.map((field, index) => {
    const value = analyze(place, field.value);
    const target = declared?.[index];
    const typed = target === undefined ? value : coerce(value, target.type, field.value.position, "A STRUCT field");
    const inferred =
      field.value.kind === "path" && expression.type === undefined && !expression.isTuple
        ? field.value.names.at(-1)
        : undefined;
    const type = typed.type.kind === "NULL" ? scalar("INT64") : typed.type;
    fields.push({ name: target === undefined ? (field.name ?? inferred) : target.name, type });
    return typed;
  });
  const packed = values.map((value, index) => `f${index + 1} := ${value.sql}`).join(", ");
  return { ...combine(`struct_pack(${packed})`, { kind: "STRUCT", fields }, values), fields: values.map(withoutItems) };
}

/** An ARRAY inside a STRUCT has its type, whatever it is written with. */
function withoutItems({ items: _items, ...rest }: Typed): Typed {
  return rest;
}
