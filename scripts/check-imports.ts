// Holds every import against the rules of .dependency-cruiser.cjs.
import { join } from "node:path";
import { checkImports } from "./import-check.ts";

const folders = ["app", "bench", "components", "contract", "e2e", "scripts", "server"];
/** Fewer, and the check did not see the program: a renamed folder, or a parser that gave up. */
const modulesMin = 200;

const { modules, violations } = checkImports(join(import.meta.dirname, ".."), folders);
const problems = violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
for (const folder of folders)
  if (!modules.some((path) => path.startsWith(`${folder}/`))) problems.push(`no module was seen in ${folder}/`);
if (modules.length < modulesMin)
  problems.push(`only ${String(modules.length)} modules were seen, at least ${String(modulesMin)} were expected`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`imports: ${String(modules.length)} modules keep the rules`);
