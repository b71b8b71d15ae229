import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkImports } from "./import-check.ts";

interface Rules {
  readonly forbidden: readonly { readonly name: string }[];
}
const rules = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as Rules;
const fixture = join(import.meta.dirname, "fixtures", "imports");

test("every rule catches the deliberate violation that is kept for it, and nothing else is reported", () => {
  const { violations } = checkImports(fixture, ["components", "contract", "server"]);
  const found = violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
  expect(found.toSorted()).toEqual([
    "composition-is-for-main: server/live/watch.ts → server/composition/join.ts",
    "contract-imports-nothing-of-ours: contract/time.ts → server/shared/clock.ts",
    "embedded-servers-are-only-started: server/warehouse/merge.ts → server/embedded/kafka/append.ts",
    "embedded-servers-stand-alone: server/embedded/kafka/append.ts → contract/time.ts",
    "entries-are-only-started: server/faults/kill.ts → server/producer/process.ts",
    "layers-do-not-import-each-other: server/faults/kill.ts → server/producer/process.ts",
    "layers-do-not-import-each-other: server/producer/tap.ts → server/warehouse/merge.ts",
    "ledgers-belong-to-their-writers: server/shared/clock.ts → server/ledger/intents.ts",
    "no-cycles: server/consumer/commit.ts → server/consumer/plan.ts",
    "no-development-package-in-the-program: server/consumer/engine.ts → ../../../node_modules/vitest/dist/index.d.ts",
    "no-unresolvable: server/consumer/engine.ts → ./missing.ts",
    "page-never-imports-server: components/panel.tsx → server/shared/clock.ts",
    "processes-know-no-layer: server/processes/supervise.ts → server/producer/tap.ts",
    "server-never-imports-page: server/live/push.ts → components/panel.tsx",
    "shared-knows-nobody: server/shared/clock.ts → server/ledger/intents.ts",
  ]);
  expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(rules.forbidden.map(({ name }) => name)));
});
