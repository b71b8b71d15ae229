/**
 * JSON values made and changed: JSON_ARRAY, JSON_OBJECT, JSON_SET, JSON_REMOVE, JSON_STRIP_NULLS, JSON_ARRAY_APPEND,
 * JSON_ARRAY_INSERT, JSON_KEYS. https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions
 * Paths come as JSON lists in which names are strings and positions are numbers.
 */
import { isObject, readJson } from "./json-reader.ts";
import type { Json } from "./json-reader.ts";
import { printJson, sortedEntries } from "./json-text.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

type Path = readonly (string | number)[];

const arrayLengthMax = 1_000_000;

function pathOf(text: string): Path {
  return JSON.parse(text) as Path;
}

function member(value: Json, name: string): Json | undefined {
  return isObject(value) ? value.entries.find(([own]) => own === name)?.[1] : undefined;
}

function withMember(value: Json, name: string, inner: Json): Json {
  const entries = isObject(value) ? value.entries : [];
  const others = entries.filter(([own]) => own !== name);
  return { entries: sortedEntries([...others, [name, inner]]) };
}

/** The elements, with nulls up to the position. */
function padded(items: readonly Json[], position: number): Json[] {
  if (position >= arrayLengthMax) throw new RangeError(`Exceeded maximum array size of ${arrayLengthMax}`);
  return [...items, ...Array.from({ length: Math.max(0, position - items.length) }, () => null)];
}

/** What is missing on the way is made where `creates`; what is there and of another kind stays. */
function set(value: Json, path: Path, given: Json, creates: boolean): Json {
  const [step, ...rest] = path;
  if (step === undefined) return given;
  if (value === null && !creates) return value;
  if (typeof step === "string") {
    if (value !== null && !isObject(value)) return value;
    const inner = member(value, step);
    if (inner === undefined && !creates) return value;
    return withMember(value, step, set(inner ?? null, rest, given, creates));
  }
  if (value !== null && !Array.isArray(value)) return value;
  const items = value ?? [];
  if (step >= items.length && !creates) return value;
  const longer = padded(items, step);
  longer[step] = set(items[step] ?? null, rest, given, creates);
  return longer;
}

function remove(value: Json, path: Path): Json {
  const [step, ...rest] = path;
  if (step === undefined) throw new RangeError("The JSONPath cannot be '$'");
  if (typeof step === "number") {
    if (!Array.isArray(value) || step >= value.length) return value;
    if (rest.length === 0) return value.filter((_, index) => index !== step);
    return value.map((item, index) => (index === step ? remove(item, rest) : item));
  }
  const inner = member(value, step);
  if (inner === undefined || !isObject(value)) return value;
  if (rest.length > 0) return withMember(value, step, remove(inner, rest));
  return { entries: value.entries.filter(([own]) => own !== step) };
}

/** The value with what stands at the path changed; as it is when nothing stands there. */
function changeAt(value: Json, path: Path, change: (found: Json) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (typeof step === "number") {
    if (!Array.isArray(value) || step >= value.length) return value;
    return value.map((item, index) => (index === step ? changeAt(item, rest, change) : item));
  }
  const inner = member(value, step);
  return inner === undefined ? value : withMember(value, step, changeAt(inner, rest, change));
}

/** The values that a SQL value stands for: with `isEach` its elements, none for NULL. */
function elementsOf(text: string, isEach: boolean): Json[] {
  const value = readJson(text);
  if (!isEach) return [value];
  return Array.isArray(value) ? value : [];
}

function append(value: Json, path: Path, items: Json[]): Json {
  return changeAt(value, path, (found) => {
    if (found !== null && !Array.isArray(found)) return found;
    return [...(found ?? []), ...items];
  });
}

function insert(value: Json, path: Path, items: Json[]): Json {
  const position = path.at(-1);
  if (typeof position !== "number") return value;
  return changeAt(value, path.slice(0, -1), (found) => {
    if (found !== null && !Array.isArray(found)) return found;
    const all = found ?? [];
    if (items.length === 0 && (found === null || position > all.length)) {
      throw new RangeError("JSON_ARRAY_INSERT of no elements behind the end is refused by the embedded server");
    }
    return padded(all, position).toSpliced(position, 0, ...items);
  });
}

interface Stripping {
  includesArrays: boolean;
  removesEmpty: boolean;
}

function isDropped(value: Json, how: Stripping): boolean {
  if (value === null) return true;
  if (!how.removesEmpty) return false;
  return isObject(value)
    ? value.entries.length === 0
    : Array.isArray(value) && how.includesArrays && value.length === 0;
}

function strip(value: Json, how: Stripping): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(item, how));
    return how.includesArrays ? items.filter((item) => !isDropped(item, how)) : items;
  }
  if (!isObject(value)) return value;
  const entries = value.entries.map(([name, inner]): [string, Json] => [name, strip(inner, how)]);
  return { entries: entries.filter(([, inner]) => !isDropped(inner, how)) };
}

function stripWhole(value: Json, how: Stripping): Json {
  const stripped = strip(value, how);
  return isDropped(stripped, how) ? null : stripped;
}

const keyModes = ["strict", "lax", "lax recursive"];

function keys(text: string, depth: bigint, mode: string): string[] {
  if (depth <= 0n) throw new RangeError("max_depth must be positive.");
  const known = mode.toLowerCase();
  if (!keyModes.includes(known)) throw new RangeError("Invalid JSON mode specified");
  const found = new Set<string>();
  const visit = (value: Json, prefix: string, left: bigint, isInArray: boolean): void => {
    if (Array.isArray(value)) {
      if (known === "strict" || (isInArray && known === "lax")) return;
      for (const item of value) visit(item, prefix, left, true);
    }
    if (!isObject(value) || left === 0n) return;
    for (const [name, inner] of value.entries) {
      const key = `${prefix}${keyText(name)}`;
      found.add(key);
      visit(inner, `${key}.`, left - 1n, false);
    }
  };
  visit(readJson(text), "", depth, false);
  return [...found].toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

function keyText(name: string): string {
  if (name.includes("\\"))
    throw new RangeError("JSON_KEYS of a name with a backslash is refused by the embedded server");
  return /[."]/.test(name) ? `"${name.replaceAll('"', '\\"')}"` : name;
}

function object(names: readonly (string | null)[], values: readonly (string | null)[]): Json {
  if (names.length !== values.length) throw new RangeError("The number of keys and values must match");
  const first = new Map<string, Json>();
  for (const [index, name] of names.entries()) {
    if (name === null) throw new RangeError("Invalid input to JSON_OBJECT: A key cannot be NULL");
    if (!first.has(name)) first.set(name, readJson(values[index] ?? "null"));
  }
  return { entries: sortedEntries(first) };
}

export const jsonChangeRoutines: Routine[] = [
  routine(
    "json_array",
    ["ARRAY<STRING>"],
    "STRING",
    (values) => `[${values.map((value) => value ?? "null").join(",")}]`,
  ),
  routine("json_object", ["ARRAY<STRING>", "ARRAY<STRING>"], "STRING", (names, values) =>
    printJson(object(names, values)),
  ),
  routine("json_set", ["STRING", "STRING", "STRING", "BOOL"], "STRING", (text, path, value, creates) =>
    printJson(set(readJson(text), pathOf(path), readJson(value), creates)),
  ),
  routine("json_remove", ["STRING", "STRING"], "STRING", (text, path) =>
    printJson(remove(readJson(text), pathOf(path))),
  ),
  routine("json_append", ["STRING", "STRING", "STRING", "BOOL"], "STRING", (text, path, value, isEach) =>
    printJson(append(readJson(text), pathOf(path), elementsOf(value, isEach))),
  ),
  routine("partial_json_insert", ["STRING", "STRING", "STRING", "BOOL"], "STRING", (text, path, value, isEach) =>
    printJson(insert(readJson(text), pathOf(path), elementsOf(value, isEach))),
  ),
  routine(
    "json_strip_nulls",
    ["STRING", "STRING", "BOOL", "BOOL"],
    "STRING",
    (text, path, includesArrays, removesEmpty) => {
      const how = { includesArrays, removesEmpty };
      return printJson(changeAt(readJson(text), pathOf(path), (found) => stripWhole(found, how)));
    },
  ),
  routine("partial_json_keys", ["STRING", "INT64", "STRING"], "ARRAY<STRING>", keys),
];
