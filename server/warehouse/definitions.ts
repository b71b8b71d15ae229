import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Tables in any order; each is `sql/tables/<name with dashes>.sql`. */
const tableNames = [
  "payment_intents",
  "payments_raw",
  "payments",
  "late_payments",
  "dead_letters",
  "dedup_decisions",
  "alarm_changes",
  "reconciliation_progress",
  "reconciliation_open",
  "reconciliation_closed",
  "reconciliation_closed_copies",
  "reconciliation_runs",
  "known_blocks",
] as const;

/** Views in the order in which they can be made: later ones read earlier ones. */
export const viewNames = [
  "booked_copies",
  "judged_payments",
  "reconciliation",
  "charged_copies",
  "duplicate_charges",
  "layer_summary",
] as const;

export const statementNames = [
  "arrived",
  "merge",
  "book",
  "decide",
  "find-unmerged",
  "open-windows",
  "find-wrong-windows",
  "open-wrong-windows",
  "write-progress",
  "forget-progress",
  "read-progress",
  "totals",
  "count-blocks",
  "sum-raw-block",
  "sum-positions",
  "sum-booked-block",
  "sum-absorbed-block",
  "block-positions",
  "read-known-blocks",
  "judge-open",
  "sum-closed",
  "list-closed",
  "close-windows",
  "closing-copies",
  "close-copies",
  "forget-opened",
  "forget-opened-copies",
  "drop-closed-from-open",
  "customers-charged-twice",
  "surplus-positions",
  "absorbed-positions",
  "last-verdicts",
  "broker-decisions",
  "book-by-hand",
  "pick-for-alarm",
  "remember-for-alarm",
  "open-for-alarm",
  "plant-duplicate",
  "remove-row",
  "change-amount",
  "change-currency",
  "restore-row",
  "remove-planted",
  "forget-alarm",
  "list-alarm-changes",
  "payment-intents",
  "payment-raw-rows",
  "payment-late-rows",
  "payment-dead-letters",
  "payment-decisions",
  "payment-bookings",
  "list-reconciliation",
  "list-duplicate-charges",
  "list-layer-summary",
  "list-late-payments",
  "repeats",
] as const;
export type StatementName = (typeof statementNames)[number];

export interface Definition {
  readonly name: string;
  /** What it answers, from the file's header. */
  readonly purpose: string;
  /** The statement with its header; `{dataset}` replaced. */
  readonly text: string;
}

/** The SQL of one lane's dataset, read once. */
export interface Definitions {
  readonly tables: readonly Definition[];
  readonly views: readonly Definition[];
  readonly statements: Readonly<Record<StatementName, Definition>>;
}

const datasetPattern = /^[A-Za-z0-9_]+$/;
/** A line `{part <name>}` stands for `sql/parts/<name>.sql` without its header: what several statements must say alike. */
const partPattern = /^( *)\{part ([a-z-]+)\}$/gm;
const purposePattern = /^-- Answers: ([\s\S]*?)\n-- Parameters:/;

function fileOf(folder: string, name: string): string {
  return join(import.meta.dirname, "sql", folder, `${name.replaceAll("_", "-")}.sql`);
}

function readPart(_line: string, indent: string, name: string): string {
  const lines = readFileSync(fileOf("parts", name), "utf8").trim().split("\n");
  return lines.flatMap((line) => (line.startsWith("--") ? [] : [`${indent}${line}`])).join("\n");
}

/** `sql/<folder>/<file>.sql` for `dataset`, whose name may hold letters, digits and underscores only. */
export function readDefinitions(dataset: string): Definitions {
  if (!datasetPattern.test(dataset)) throw new Error(`dataset name ${dataset}: expected letters, digits, underscores`);
  const read = (folder: string, name: string): Definition => {
    const file = fileOf(folder, name);
    const source = readFileSync(file, "utf8").replaceAll(partPattern, readPart);
    const purpose = purposePattern.exec(source)?.[1];
    if (purpose === undefined) throw new Error(`${file}: expected a header with "-- Answers:" and "-- Parameters:"`);
    return {
      name,
      purpose: purpose.replaceAll(/\n--\s*/g, " "),
      text: source.replaceAll("{dataset}", dataset).trim(),
    };
  };
  const statements = statementNames.map((name) => [name, read("statements", name)] as const);
  return {
    tables: tableNames.map((name) => read("tables", name)),
    views: viewNames.map((name) => read("views", name)),
    statements: Object.fromEntries(statements) as Record<StatementName, Definition>,
  };
}
