/** Files and folders that a Markdown text names as being in this repository. */
export interface Citation {
  /** As it is written. */
  readonly text: string;
  /** Relative to the repository, or to the document when `fromDocument`; may hold `*`. A bare name may be anywhere. */
  readonly path: string;
  readonly fromDocument: boolean;
}

const folders = "app|bench|components|contract|docs|e2e|lessons|public|scripts|server|spark";
/** `server/main.ts`, `server/ledger/`, `server/consumer/*.ts`, `.ci/run`, `package.json`; not `npm test`, `/healthz`. */
const pathPattern = new RegExp(
  String.raw`^(?:(?:${folders}|\.ci)(?:/[\w.*[\]-]+)*/?|[\w.-]+\.(?:md|json|ts|js|cjs|mjs|yml))$`,
);

/** Every citation of a document: code spans that look like a path, and targets of relative links. */
export function citations(markdown: string): readonly Citation[] {
  const prose = markdown.replaceAll(/^(`{3,}|~{3,})[^]*?^\1\s*$/gm, "");
  const found: Citation[] = [];
  for (const [, span = ""] of prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)) {
    const path = span.replace(/:\d+$/, "");
    // A bare word such as `server` may mean anything; with a slash or an ending it is a path.
    if (/[/.]/.test(path) && pathPattern.test(path)) found.push({ text: span, path, fromDocument: false });
  }
  for (const [, target = ""] of prose.matchAll(/\]\(<?([^()\s>]+)>?(?:\s+["'][^"']*["'])?\)/g)) {
    const path = target.replace(/#.*$/, "");
    if (path !== "" && !/^[a-z][a-z0-9+.-]*:/i.test(path)) found.push({ text: target, path, fromDocument: true });
  }
  return found;
}
