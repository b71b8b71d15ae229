import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Program } from "./program.ts";

let tools: string;
let program: Program;

beforeEach(() => {
  tools = mkdtempSync(join(tmpdir(), "dedupscope-tools-"));
  symlinkSync("/bin/sh", join(tools, "sh"));
  program = new Program({ CONSUMER_ENGINE: "spark", PATH: tools, JAVA_HOME: "" });
});
afterEach(async () => {
  await program.dispose();
  rmSync(tools, { recursive: true });
});

test("without Java, Spark is refused at the start with what to install", async () => {
  const { code, said } = await program.spawnUntilEnd();
  expect(code).toBe(1);
  expect(said).toMatch(/^dedupscope: Spark cannot be used here: there is no java; install Java 17 or newer/m);
  expect(said).not.toContain("    at ");
});

test("a Java that is too old is named with its version", async () => {
  writeFileSync(join(tools, "java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n", { mode: 0o755 });
  const { code, said } = await program.spawnUntilEnd();
  expect(code).toBe(1);
  expect(said).toContain("java is version 11; install Java 17 or newer, or set JAVA_HOME to it.");
});
