/** The text of docs/googlesql-subset.md, from the tables that the translator itself uses. */
import { conversionNames } from "../sql/analyzer/casts.ts";
import { castElements } from "../sql/analyzer/specials/cast-formats.ts";
import { formatElements } from "../sql/analyzer/specials/time-formats.ts";
import { parseElements } from "../sql/analyzer/specials/time-parsing.ts";
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

const usage = `## Starting it, and pointing a client at it

\`npm run bigquery -- --port 9050 --data DIR\` prints \`bigquery ready on http://127.0.0.1:9050 (data DIR)\` and ends on
SIGTERM. \`--port 0\` takes a free port; \`--host\` another address; \`--insert-id-memory-ms\` (60000) is how long an
insertId is remembered, 0 for never; \`--streaming-buffer-ms\` (1800000) is how long streamed rows refuse changes. What
insertIds absorbed is in the table \`dedupscope_embedded.insert_id_absorbed\` (dataset_id, table_id, absorbed_rows). Any
project name will do; its data is its own.

\`\`\`ts
import { PassThroughClient } from "google-auth-library";
new BigQuery({ projectId: "local", apiEndpoint: "http://127.0.0.1:9050", authClient: new PassThroughClient() });
\`\`\`

\`\`\`python
options = ClientOptions(api_endpoint="http://127.0.0.1:9050")
bigquery.Client(project="local", credentials=AnonymousCredentials(), client_options=options)
\`\`\`

\`\`\`go
bigquery.NewClient(ctx, "local", option.WithEndpoint("http://127.0.0.1:9050/bigquery/v2/"), option.WithoutAuthentication())
\`\`\``;

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

function codeList(elements: readonly string[]): string {
  return elements.map((element) => `\`${element}\``).join(" ");
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
    usage,
    ...Object.entries(acceptedSyntax).map(([title, entries]) => `## ${title}\n\n${syntaxList(entries)}`),
    `## Types\n\n${scalarKinds.join(", ")}, ARRAY, STRUCT. TIMESTAMP has microseconds and is UTC; NUMERIC is exact with 9 decimals.`,
    `## CAST and SAFE_CAST\n\n${casts()}\n\nBetween DATE, DATETIME, TIME or TIMESTAMP and STRING also with a constant FORMAT of ${codeList(castElements)}, and between BYTES and STRING with HEX, BASE16, BASE64, ASCII, UTF-8 and, to STRING, BASE2; not in SAFE_CAST.`,
    ...Object.entries(scalarFunctions).map(
      ([title, functions]) => `## ${title}\n\n${list(functions.map(functionRow))}`,
    ),
    `## Functions with rules of their own\n\n${list(namedRows(specialFunctions))}\n\nFormat elements of FORMAT_*: ${codeList(formatElements)}\n\nFormat elements of PARSE_*: ${codeList(parseElements)}`,
    `## Aggregates\n\n${list(namedRows(aggregateFunctions))}`,
    `## Window functions\n\nThe aggregates without ORDER BY and LIMIT (DISTINCT only without a window's ORDER BY), and:\n\n${list(namedRows(windowFunctions))}`,
    `## Refused by name\n\nWhat stands nowhere above is refused. Among it:\n\n${syntaxList(refusedSyntax)}`,
  ];
  return `${sections.join("\n\n")}\n`;
}
