// Builds the page when something it is made from has changed since the last build; --force builds in any case.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildStamp, isBuildNeeded } from "./build-freshness.ts";

const root = join(import.meta.dirname, "..");
const stamp = join(root, buildStamp);

if (process.argv.includes("--force") || isBuildNeeded(root)) {
  rmSync(stamp, { force: true });
  const { status, signal, error } = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status === 0) writeFileSync(stamp, "");
  else {
    const reason = error?.message ?? (signal === null ? `exit code ${String(status)}` : `killed by ${signal}`);
    console.error(
      `The page could not be built (${reason}); what Next.js found is above. The build needs 1.2 GiB of memory.`,
    );
    process.exitCode = 1;
  }
}
