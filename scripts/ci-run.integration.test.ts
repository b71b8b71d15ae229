import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let tools: string;

beforeEach(() => {
  tools = mkdtempSync(join(tmpdir(), "dedupscope-ci-"));
  command("java", "echo 'openjdk version \"17.0.1\"' >&2");
  command("mvn", "exit 0");
  command("python3", "exit 0");
});
afterEach(() => {
  rmSync(tools, { recursive: true });
});

function command(name: string, script: string): void {
  writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Runs .ci/run with an npm that fails at one command line only. */
function runWithNpmFailingAt(failing: string) {
  command("npm", `echo "ran npm $*"; [ "$*" != "${failing}" ]`);
  const { status, stdout } = spawnSync(join(import.meta.dirname, "..", ".ci", "run"), {
    encoding: "utf8",
    env: { ...process.env, PATH: `${tools}:/usr/bin:/bin` },
  });
  return { status, ran: [...stdout.matchAll(/^ran (.*)$/gm)].map(([, line]) => line), stdout };
}

test("when everything passes the exit code is 0 and every stage has run", () => {
  const { status, ran, stdout } = runWithNpmFailingAt("nothing");
  expect(ran).toEqual(["npm ci", "npm run check", "npm test", "npm run test:kafka", "npm run test:spark"]);
  expect(stdout).toMatch(/=== Summary\n(.* passed +\d+ s\n){7}$/);
  expect(status).toBe(0);
});

test.each(["npm run check", "npm test", "npm run test:kafka", "npm run test:spark"])(
  "a failing %s fails the run, and the others run",
  (line) => {
    const { status, ran, stdout } = runWithNpmFailingAt(line.replace("npm ", ""));
    expect(status).toBe(1);
    expect(ran).toHaveLength(5);
    expect(stdout).toMatch(new RegExp(`\n${line} +FAILED`));
  },
);

test("nothing runs on packages that could not be installed", () => {
  const { status, ran } = runWithNpmFailingAt("ci");
  expect(status).toBe(1);
  expect(ran).toEqual(["npm ci"]);
});
