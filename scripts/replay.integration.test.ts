import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const file = "docs/decisions/consumer-spark-golden.json";
const outputBytesMax = 50_000_000;

test("npm run --silent replay writes the document and nothing else to standard output", async () => {
  const run = promisify(execFile);
  const { stdout } = await run("npm", ["run", "--silent", "replay", "--", file], {
    cwd: root,
    maxBuffer: outputBytesMax,
  });
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(root, file), "utf8")));
});

test("a file that cannot be replayed is told of on standard error, with an exit code", async () => {
  const run = promisify(execFile)(process.execPath, ["scripts/replay.ts", "package.json"], { cwd: root });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("package.json: not a file of streams: streams is absent") as unknown,
  });
});
