import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildStamp, isBuildNeeded } from "./build-freshness.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dedupscope-build-"));
  mkdirSync(join(root, "app", "runs"), { recursive: true });
  mkdirSync(join(root, ".next"));
  for (const file of [
    "app/page.tsx",
    "app/runs/page.tsx",
    "package.json",
    "unrelated.md",
    ".next/BUILD_ID",
    buildStamp,
  ])
    writeFileSync(join(root, file), "");
  for (const path of ["app/page.tsx", "app/runs/page.tsx", "app/runs", "app", "package.json"]) changedAt(path, 100);
  changedAt(buildStamp, 200);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function changedAt(path: string, seconds: number): void {
  utimesSync(join(root, path), seconds, seconds);
}

test("a page that was built after its last change is not built again", () => {
  expect(isBuildNeeded(root)).toBe(false);
  changedAt("unrelated.md", 300);
  expect(isBuildNeeded(root)).toBe(false);
});

test("a change anywhere in what the page is made from asks for a build", () => {
  for (const path of ["app/runs/page.tsx", "package.json"]) {
    changedAt(path, 300);
    expect(isBuildNeeded(root)).toBe(true);
    changedAt(path, 100);
  }
});

test("a file that is gone asks for a build", () => {
  rmSync(join(root, "app/runs/page.tsx"));
  expect(isBuildNeeded(root)).toBe(true);
});

test("no build, or one that did not get to its end, asks for a build", () => {
  rmSync(join(root, buildStamp));
  expect(readdirSync(join(root, ".next"))).toEqual(["BUILD_ID"]);
  expect(isBuildNeeded(root)).toBe(true);
  rmSync(join(root, ".next"), { recursive: true });
  expect(isBuildNeeded(root)).toBe(true);
});
