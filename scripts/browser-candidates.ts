import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type LaunchOptions } from "@playwright/test";

/** A way to get a Chromium: how to launch it, or undefined when this machine has no such thing. */
export interface BrowserCandidate {
  readonly name: string;
  readonly find: () => LaunchOptions | undefined;
}

const systemNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** In the order in which they are tried: what is there already first, what must be downloaded last. */
export function browserCandidates(root: string, cache: string): readonly BrowserCandidate[] {
  return [
    { name: "CHROMIUM_PATH", find: () => launch(process.env["CHROMIUM_PATH"]) },
    { name: "Playwright's own", find: playwrights },
    { name: "the npm package @sparticuz/chromium", find: () => packaged(root, cache) },
    { name: "the system's", find: systems },
    { name: "playwright install", find: () => installPlaywrights(root) },
    { name: "apt-get install chromium", find: () => installSystems(root) },
  ];
}

/** Chromium refuses its sandbox to root, which is who runs in most containers. */
function sandboxArgs(): string[] {
  return isRoot() ? ["--no-sandbox"] : [];
}

function launch(executablePath: string | undefined): LaunchOptions | undefined {
  return executablePath === undefined || executablePath === "" ? undefined : { executablePath, args: sandboxArgs() };
}

function playwrights(): LaunchOptions | undefined {
  return existsSync(chromium.executablePath()) ? { args: sandboxArgs() } : undefined;
}

/** The package unpacks into the temporary directory, and its libraries only when it believes itself on AWS Lambda. */
function packaged(root: string, cache: string): LaunchOptions | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const unpacked = join(cache, "chromium");
  mkdirSync(unpacked, { recursive: true });
  const print = 'import c from "@sparticuz/chromium"; process.stdout.write(await c.executablePath());';
  const executablePath = execFileSync(process.execPath, ["--input-type=module", "--eval", print], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
  });
  const libraries = [join(unpacked, "al2023", "lib"), process.env["LD_LIBRARY_PATH"] ?? ""];
  const fonts = existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_PATH: join(unpacked, "fonts") };
  const env = { LD_LIBRARY_PATH: libraries.filter((path) => path !== "").join(delimiter), ...fonts };
  return { ...launch(executablePath), env };
}

function systems(): LaunchOptions | undefined {
  return launch(onPath(systemNames));
}

function installPlaywrights(root: string): LaunchOptions | undefined {
  const cli = join("node_modules", "@playwright", "test", "cli.js");
  return run(root, process.execPath, [cli, "install", "chromium-headless-shell"]) ? { args: sandboxArgs() } : undefined;
}

function installSystems(root: string): LaunchOptions | undefined {
  const apt = onPath(["apt-get"]);
  if (apt === undefined || !isRoot()) return undefined;
  const installed =
    run(root, apt, ["update", "-qq"]) &&
    run(root, apt, ["install", "--yes", "-qq", "--no-install-recommends", "chromium"]);
  return installed ? systems() : undefined;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
}

function run(root: string, command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] }).status === 0;
}
