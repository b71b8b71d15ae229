import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a build of the page is made from. */
const buildInputs = [
  "app",
  "components",
  "contract",
  "public",
  "next.config.js",
  "package-lock.json",
  "package.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

/** Written when a build has succeeded, because Next.js writes its own BUILD_ID before a build is complete. */
export const buildStamp = join(".next", "dedupscope-build");

/** Whether the page must be built: never was, did not get to its end, or something it is made from is newer. */
export function isBuildNeeded(root: string): boolean {
  const stamp = join(root, buildStamp);
  if (!existsSync(stamp) || !existsSync(join(root, ".next", "BUILD_ID"))) return true;
  const builtMs = statSync(stamp).mtimeMs;
  return buildInputs.some((name) => newestChangeMs(join(root, name)) > builtMs);
}

/** Folders count too: theirs is the time when a file in them was last removed or renamed. */
function newestChangeMs(path: string): number {
  if (!existsSync(path)) return 0;
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestChangeMs(join(path, name))));
}
