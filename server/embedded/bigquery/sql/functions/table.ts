import { addressFunctions } from "./addresses.ts";
import { arrayFunctions } from "./arrays.ts";
import { hashFunctions } from "./hashes.ts";
import { intervalFunctions } from "./intervals.ts";
import { jsonFunctions } from "./json.ts";
import { numberFunctions } from "./numbers.ts";
import type { FunctionDefinition } from "./signature.ts";
import { stringFunctions } from "./strings.ts";
import { timeFunctions } from "./times.ts";

/** Every scalar function with plain signatures, by group; the translator and docs/googlesql-subset.md both read it. */
export const scalarFunctions: Record<string, FunctionDefinition[]> = {
  "Strings and bytes": stringFunctions,
  "Hashes, and bytes as text": hashFunctions,
  "Network addresses": addressFunctions,
  Numbers: numberFunctions,
  "Dates and times": timeFunctions,
  Intervals: intervalFunctions,
  Arrays: arrayFunctions,
  JSON: jsonFunctions,
};

export const scalarFunctionsByName: ReadonlyMap<string, FunctionDefinition> = new Map(
  Object.values(scalarFunctions)
    .flat()
    .flatMap((definition) => definition.names.map((name) => [name, definition] as const)),
);
