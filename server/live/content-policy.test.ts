import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { scriptHashes } from "./content-policy.ts";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("inline scripts are hashed as they stand, files and empty ones are left out", () => {
  const html =
    '<script>let a = 1;</script><script src="/a.js"></script><script id="x" async>b()\n</script><script></script>';
  expect(scriptHashes(html)).toEqual([hashOf("let a = 1;"), hashOf("b()\n")]);
});
