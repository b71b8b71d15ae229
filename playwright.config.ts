import { existsSync, readFileSync } from "node:fs";
import { defineConfig, type LaunchOptions } from "@playwright/test";

const file = new URL(".cache/browser.json", import.meta.url);
const found = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LaunchOptions) : {};
const launchOptions: LaunchOptions = { ...found, env: { ...(process.env as Record<string, string>), ...found.env } };

/** Each spec starts the program itself, on a free port and a directory of its own (e2e/program.ts). */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: { launchOptions, screenshot: "only-on-failure" },
});
