import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProcess, temporaryDirectory } from "../testing/server-process.ts";
import type { ServerProcess } from "../testing/server-process.ts";

const run = promisify(execFile);
const version = "3.47.0";
/** Kept between runs: the package comes from PyPI once. */
const environment = path.resolve(import.meta.dirname, `../../../../node_modules/.cache/bigquery-python-${version}`);
const python = path.join(environment, "bin", "python");
const installMs = 300_000;

function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import venv, ensurepip"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs only where there is a Python with venv; the client is installed from PyPI. */
describe.skipIf(!hasPython())("the Python client", () => {
  const data = temporaryDirectory();
  let server: ServerProcess;

  beforeAll(async () => {
    if (!existsSync(path.join(environment, "installed"))) {
      await run("python3", ["-m", "venv", "--clear", environment]);
      await run(python, ["-m", "pip", "install", "--quiet", `google-cloud-bigquery==${version}`]);
      await run(python, ["-c", `open(${JSON.stringify(path.join(environment, "installed"))}, "w").close()`]);
    }
    server = await startProcess(data.path);
  }, installMs);

  afterAll(async () => {
    await server.stop();
    data.remove();
  });

  it("creates, inserts, loads, queries and changes", async () => {
    const script = path.join(import.meta.dirname, "python-client.py");
    const { stdout } = await run(python, [script, server.url]);
    expect(stdout.trim()).toBe("all good");
  });
});
