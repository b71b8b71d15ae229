// Plain JavaScript, and no newer syntax than Node 20 has: it must be able to say that the Node is too old.
import { fileURLToPath } from "node:url";

const oldestMajor = 24;

/**
 * Why this Node cannot run the program, in words for a person; null when it can.
 * @param {string} version for example "20.19.0"
 * @param {string} system platform and architecture, for example "linux x64"
 * @returns {string | null}
 */
export function nodeProblem(version, system) {
  if (Number.parseInt(version, 10) >= oldestMajor) return null;
  return [
    `Node ${version} is too old: dedupscope needs ${oldestMajor} or newer, which runs TypeScript by itself.`,
    system === "linux x64" || system === "linux arm64"
      ? "npm ci installs one beside the program; run it again, without --omit=optional, and start with npm."
      : `For ${system} there is none to install beside the program: install Node ${oldestMajor} from nodejs.org.`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = nodeProblem(process.versions.node, `${process.platform} ${process.arch}`);
  if (problem !== null) {
    console.error(problem);
    process.exitCode = 1;
  }
}
