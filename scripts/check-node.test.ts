import { expect, test } from "vitest";
import { nodeProblem } from "./check-node.js";

test("Node 24 and newer can run the program", () => {
  for (const version of ["24.0.0", "24.21.0", "25.1.0", "100.0.0"])
    expect(nodeProblem(version, "linux x64")).toBeNull();
});

test("an older Node is told what is needed and how to get it", () => {
  expect(nodeProblem("20.20.2", "linux x64")).toMatch(/Node 20\.20\.2 is too old.*24 or newer.*\n.*npm ci/);
  expect(nodeProblem("22.12.0", "darwin arm64")).toMatch(/\n.*darwin arm64.*install Node 24/);
});
