/** REQUIRED fields inside a RECORD: a row may leave the record out, but not these fields of it. */
import type { RequiredField } from "../sql/analyzer/context.ts";
import { ValueError } from "./decode.ts";

interface Field {
  name: string;
  mode?: string;
  fields?: Field[];
}

/** What the fields of a RECORD require; empty where nothing is. */
export function requiredInside(field: Field): RequiredField[] {
  const fields = field.fields ?? [];
  return fields
    .map((inner) => ({
      name: inner.name,
      isRequired: inner.mode?.toUpperCase() === "REQUIRED",
      inside: requiredInside(inner),
    }))
    .filter(({ isRequired, inside }) => isRequired || inside.length > 0);
}

/** `value`: a RECORD or a list of them, as JSON. Throws ValueError for the first field that is missing. */
export function checkRequiredInside(value: unknown, required: readonly RequiredField[], path: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkRequiredInside(item, required, `${path}[${index}]`);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const given = new Map(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inner as unknown]));
  for (const { name, isRequired, inside } of required) {
    const inner = given.get(name.toLowerCase()) ?? null;
    if (inner === null && isRequired)
      throw new ValueError(`${path}.${name}`, `Missing required field: ${path}.${name}.`);
    checkRequiredInside(inner, inside, `${path}.${name}`);
  }
}
