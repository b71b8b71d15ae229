/** OPTIONS (…): https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list */
import type { Expression, OptionValue, Options, TableOptions } from "../ast.ts";
import { SqlError, unsupported } from "../position.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";

/** Options that change nothing but metadata; any other would change what is stored, and is refused. */
const knownOptions = ["description", "friendly_name", "labels", "location"];

/** The options of a dataset or a column. */
export function parseOptions(cursor: Cursor): Options {
  const { values, expiration } = parseTableOptions(cursor);
  if (expiration !== undefined) throw unsupported("expiration_timestamp here", expiration.position);
  return values;
}

/** The options of a table or view, which may also say when it ends. */
export function parseTableOptions(cursor: Cursor): TableOptions {
  const options: TableOptions = { values: {}, expiration: undefined };
  if (!cursor.accept("OPTIONS")) return options;
  cursor.expect("(");
  while (!cursor.at(")")) {
    const position = cursor.position;
    const name = cursor.identifier("an option name").toLowerCase();
    cursor.expect("=");
    const isExpiration = name === "expiration_timestamp";
    if (!isExpiration && !knownOptions.includes(name)) throw unsupported(`The option ${name}`, position);
    const isKnown = isExpiration ? options.expiration !== undefined : Object.hasOwn(options.values, name);
    if (isKnown) throw new SqlError(`Duplicate option specified for '${name}'`, position);
    const value = parseExpression(cursor);
    if (isExpiration) options.expiration = value;
    else options.values[name] = readOptionValue(value);
    if (!cursor.accept(",")) break;
  }
  cursor.expect(")");
  return options;
}

function readOptionValue(expression: Expression): OptionValue {
  if (expression.kind === "literal") {
    if (expression.type === "STRING") return expression.value;
    if (expression.type === "NULL") return null;
  }
  if (expression.kind === "array") return expression.items.map(readLabel);
  throw unsupported("An option value that is neither a string nor a list of labels", expression.position);
}

function readLabel(expression: Expression): [string, string] {
  if (expression.kind === "struct") {
    const [key, value] = expression.fields.map((field) => field.value);
    if (key?.kind === "literal" && value?.kind === "literal") return [key.value, value.value];
  }
  throw unsupported("A label that is not a pair of string literals", expression.position);
}
