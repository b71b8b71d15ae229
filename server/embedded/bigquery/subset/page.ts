/** The text of docs/googlesql-subset.md, from the tables that the translator itself uses. */
import { conversionNames } from "../sql/analyzer/casts.ts";
import { formatElements } from "../sql/analyzer/specials/formats.ts";
import { aggregateFunctions, windowFunctions } from "../sql/functions/aggregates.ts";
import type { FunctionDefinition, Signature } from "../sql/functions/signature.ts";
import { specialFunctions } from "../sql/functions/special.ts";
import { scalarFunctions } from "../sql/functions/table.ts";
import { scalarKinds } from "../sql/types.ts";
import { acceptedSyntax, refusedSyntax } from "./syntax.ts";
import type { SyntaxEntry } from "./syntax.ts";

const introduction = `# The GoogleSQL of the embedded BigQuery

The embedded server (\`npm run bigquery\`) answers the part of GoogleSQL that stands here as BigQuery answers it, and
refuses everything else by name, with line and column. It never passes on to DuckDB what it does not know.

This page is made from the tables of the translator (\`server/embedded/bigquery/subset/page.ts\`); a test fails when it is
out of date and writes it anew with \`npx vitest run --project unit server/embedded/bigquery/subset -u\`.`;

/** A list with the subject as code, and what is to be said of it. */
function list(rows: string[][]): string {
  return rows
    .map(([subject = "", ...rest]) => `- ${[`\`${subject}\``, ...rest.filter((text) => text !== "")].join(": ")}`)
    .join("\n");
}

function syntaxList(entries: SyntaxEntry[]): string {
  return list(entries.map(({ construct, example, note }) => [construct, note ?? "", `\`${example}\``]));
}

function signatureText({ takes, optional, isVariadic, gives }: Signature): string {
  const required = takes.slice(0, takes.length - optional);
  const types = [...required, ...takes.slice(required.length).map((type) => `[${type}]`)].join(", ");
  return `(${types}${isVariadic ? ", …" : ""}) → ${gives}`;
}

function functionRow({ names, signatures, note }: FunctionDefinition): string[] {
  return [names.join(", "), note ?? "", `\`${signatures.map(signatureText).join("; ")}\``];
}

function namedRows(functions: Record<string, string>): string[][] {
  return Object.entries(functions).map(([name, note]) => [
    name,
    note.replaceAll("*", "\\*").replaceAll("[", "\\[").replaceAll("]", "\\]"),
  ]);
}

function casts(): string {
  const targets = new Map<string, string[]>();
  for (const conversion of conversionNames) {
    const [from = "", to = ""] = conversion.split(">");
    targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  return list([...targets].map(([from, to]) => [from, `to ${to.join(", ")}`]));
}

export function subsetPage(): string {
  const sections = [
    introduction,
    ...Object.entries(acceptedSyntax).map(([title, entries]) => `## ${title}\n\n${syntaxList(entries)}`),
    `## Types\n\n${scalarKinds.join(", ")}, ARRAY, STRUCT. TIMESTAMP has microseconds and is UTC; NUMERIC is exact with 9 decimals.`,
    `## CAST and SAFE_CAST\n\n${casts()}`,
    ...Object.entries(scalarFunctions).map(
      ([title, functions]) => `## ${title}\n\n${list(functions.map(functionRow))}`,
    ),
    `## Functions with rules of their own\n\n${list(namedRows(specialFunctions))}\n\nFormat elements: ${formatElements.map((element) => `\`${element}\``).join(" ")}`,
    `## Aggregates\n\n${list(namedRows(aggregateFunctions))}`,
    `## Window functions\n\nThe aggregates but STRING_AGG and ARRAY_AGG, and:\n\n${list(namedRows(windowFunctions))}`,
    `## Refused by name\n\nWhat stands nowhere above is refused. Among it:\n\n${syntaxList(refusedSyntax)}`,
  ];
  return `${sections.join("\n\n")}\n`;
}
