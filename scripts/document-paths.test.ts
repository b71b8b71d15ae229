import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { citations } from "./document-paths.ts";

const root = join(import.meta.dirname, "..");
const documents = globSync(["*.md", "docs/**/*.md", "bench/**/*.md", "lessons/**/*.md", "spark/**/*.md"], {
  cwd: root,
});

const anywhere = "{app,bench,components,contract,docs,e2e,lessons,scripts,server,spark}/**";

/** Citations of a document that lead nowhere. */
function brokenCitations(document: string, markdown: string): readonly string[] {
  return citations(markdown)
    .filter(({ path, fromDocument }) => {
      const pattern = fromDocument ? join(dirname(document), path) : path;
      // Brackets are part of Next.js's folder names, not a choice of characters.
      const patterns = [pattern, ...(path.includes("/") ? [] : [`${anywhere}/${pattern}`])];
      return patterns.every((each) => globSync(each.replaceAll(/[[\]]/g, "?"), { cwd: root }).length === 0);
    })
    .map(({ text }) => `${document}: ${text}`);
}

test("every path that a document cites exists", () => {
  expect(documents.length).toBeGreaterThan(0);
  expect(
    documents.flatMap((document) => brokenCitations(document, readFileSync(join(root, document), "utf8"))),
  ).toEqual([]);
});

test("a wrong path in a code span or a link is found, whatever stands around it", () => {
  const markdown = [
    "See `server/main.txt`, `server/no-such-folder/`, `scripts/nothing-*.ts` and `missing.md`.",
    "Or [this](docs/missing.md#part) and ![that](./docs/missing.png 'x') but not [the web](https://example.org/a.md).",
    "```",
    "cp `server/in-a-block.ts` elsewhere",
    "```",
    "What exists: `package.json`, `contract/names.ts:3`, `scripts/*.ts`, `main-page.ts` no, `names.ts`, [here](package.json), [above](#top).",
    "What is no path: `npm test`, `/healthz`, `server`, `a.b`, `GET /api/snapshot`, `server/x y`.",
  ].join("\n");
  expect(brokenCitations("README.md", markdown)).toEqual([
    "README.md: server/main.txt",
    "README.md: server/no-such-folder/",
    "README.md: scripts/nothing-*.ts",
    "README.md: missing.md",
    "README.md: main-page.ts",
    "README.md: docs/missing.md#part",
    "README.md: ./docs/missing.png",
  ]);
});

test("links are read from the place of their document", () => {
  expect(brokenCitations("docs/decisions/x.md", "[a](../../package.json) [b](package.json)")).toEqual([
    `${relative(root, join(root, "docs/decisions/x.md"))}: package.json`,
  ]);
});
