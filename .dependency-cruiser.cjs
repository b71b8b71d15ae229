/**
 * Which folder may import which (ARCHITECTURE.md). Run by scripts/check-imports.ts, which also proves on
 * scripts/fixtures/imports that every rule here catches what it is for.
 */
const layers = "ledger|simulator|producer|faults|consumer|warehouse|live";
const tests = "[.]test[.]tsx?$|/(testing|fixtures|conformance)/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Modules that need each other are one module, or a third is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "The file or package is not there.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "contract-imports-nothing-of-ours",
      comment: "Browser and server both rest on it.",
      severity: "error",
      from: { path: "^contract/" },
      to: { path: "^(app|components|server|lessons|scripts|e2e|bench)/" },
    },
    {
      name: "page-never-imports-server",
      comment: "What the page knows comes through the API and the socket; types come from contract.",
      severity: "error",
      from: { path: "^(app|components)/" },
      to: { path: "^(server|scripts|e2e|bench)/" },
    },
    {
      name: "server-never-imports-page",
      severity: "error",
      from: { path: "^server/" },
      to: { path: "^(app|components|scripts|e2e|bench)/" },
    },
    {
      name: "embedded-servers-stand-alone",
      comment: "They replace Apache Kafka and BigQuery at the protocol and know nothing of the program.",
      severity: "error",
      from: { path: "^server/embedded/([^/]+)/" },
      to: { path: "^(server|contract|app|components)/", pathNot: "^server/embedded/$1/" },
    },
    {
      name: "embedded-servers-are-only-started",
      comment: "The pipeline speaks to them over the wire, as it does to the real ones.",
      severity: "error",
      from: { path: "^(server|bench)/", pathNot: `^server/embedded/|${tests}` },
      to: { path: "^server/embedded/", pathNot: "^server/embedded/[^/]+/testing/" },
    },
    {
      name: "layers-do-not-import-each-other",
      comment: "Only contract and server/shared are common. A ledger belongs to the layer that writes it.",
      severity: "error",
      from: { path: `^server/(${layers})/`, pathNot: `${tests}|/process[.]ts$` },
      to: {
        path: `^server/(${layers}|processes)/`,
        pathNot: "^server/$1/|^server/processes/messages[.]ts$|^server/ledger/",
      },
    },
    {
      name: "ledgers-belong-to-their-writers",
      comment: "simulator writes the intents, producer the attempts; everybody else is handed what it needs.",
      severity: "error",
      from: {
        path: "^server/(faults|consumer|warehouse|live|processes|shared)/",
        pathNot: `${tests}|/process[.]ts$`,
      },
      to: { path: "^server/ledger/" },
    },
    {
      name: "processes-know-no-layer",
      severity: "error",
      from: { path: "^server/processes/", pathNot: tests },
      to: { path: `^server/(${layers})/` },
    },
    {
      name: "shared-knows-nobody",
      severity: "error",
      from: { path: "^server/shared/", pathNot: tests },
      to: { path: "^server/", pathNot: "^server/shared/" },
    },
    {
      name: "composition-is-for-main",
      comment: "What joins the layers stands above all of them.",
      severity: "error",
      from: { path: "^server/", pathNot: `^server/(composition/|main[.]ts$)|${tests}` },
      to: { path: "^server/composition/" },
    },
    {
      name: "entries-are-only-started",
      comment: "main.ts and the process.ts files construct and join; nothing constructs them.",
      severity: "error",
      from: { pathNot: tests },
      to: { path: "^server/(main[.]ts|.*/process[.]ts)$" },
    },
    {
      name: "no-development-package-in-the-program",
      comment: "It would be missing after npm ci --omit=dev.",
      severity: "error",
      from: { path: "^(app|components|contract|server)/", pathNot: tests },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^scripts/fixtures/" },
    enhancedResolveOptions: {
      conditionNames: ["import", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json", ".css"],
    },
  },
};
