import { spawnSync } from "node:child_process";
import { join } from "node:path";

export interface ImportCheck {
  /** Paths of our own modules that were read, relative to the root. */
  readonly modules: readonly string[];
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[];
}

/** What dependency-cruiser prints as JSON, as far as it is used here. */
interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const repository = join(import.meta.dirname, "..");
const outputBytesMax = 256 * 1024 * 1024;

/** Reads every module below `folders` of `root` and holds its imports against the rules of .dependency-cruiser.cjs. */
export function checkImports(root: string, folders: readonly string[]): ImportCheck {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [
      join(repository, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs"),
      `--config=${join(repository, ".dependency-cruiser.cjs")}`,
      "--output-type=json",
      ...folders,
    ],
    { cwd: root, encoding: "utf8", maxBuffer: outputBytesMax },
  );
  if (error !== undefined || !stdout.startsWith("{"))
    throw new Error(`dependency-cruiser did not run: ${error?.message ?? (stdout || stderr)}`);
  const result = JSON.parse(stdout) as CruiseResult;
  const inFolders = (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
  return {
    modules: result.modules.map((module) => module.source).filter(inFolders),
    violations: result.summary.violations.map(({ from, to, rule }) => ({ rule: rule.name, from, to })),
  };
}
