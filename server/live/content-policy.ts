import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const inlineScript = /<script\b([^>]*)>([\s\S]*?)<\/script>/g;

/** `'sha256-…'` of every inline script in `html`, without those that only point to a file. */
export function scriptHashes(html: string): readonly string[] {
  return [...html.matchAll(inlineScript)]
    .filter(([, attributes, body]) => !(attributes ?? "").includes("src=") && (body ?? "") !== "")
    .map(([, , body]) => `'sha256-${createHash("sha256").update(String(body)).digest("base64")}'`);
}

/**
 * The Content-Security-Policy of the built pages. They are static, so their inline scripts are known at start; style
 * attributes are needed by Recharts.
 */
export function contentPolicy(root: string): string {
  const pages = globSync(join(root, ".next/server/app/**/*.html"));
  const hashes = new Set(pages.flatMap((page) => scriptHashes(readFileSync(page, "utf8"))));
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes].join(" "),
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
