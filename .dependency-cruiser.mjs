/**
 * Which part may import which: core ← engine ← infra, db beside it, api on top, and nothing imports api but the
 * programs that wire everything together. `npm run check` runs this, and a test plants violations to see them
 * caught (tests/integration/check-guards.test.ts).
 *
 * The parts, from the inside out:
 *   engine/core   imports nothing outside itself, no package and no built-in module either
 *   engine        imports core
 *   db            imports core and the engine's types (ports, ids, terms)
 *   infra         imports engine and db
 *   api           imports all of them
 *   wiring        (main.ts files, infra/embedded/, infra/dev/) may import everything
 */

/** Programs that wire the parts together: the only ones that may reach upwards. */
const wiring = "(^|/)main\\.ts$|^infra/(embedded|dev)/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or miss a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-imports-nothing",
      comment: "The core is pure: no package, no built-in module, nothing of the rest of the project.",
      severity: "error",
      from: { path: "^engine/core/" },
      to: { pathNot: "^engine/core/" },
    },
    {
      name: "engine-imports-core-only",
      comment: "The engine reaches the world through its ports; adapters live in infra.",
      severity: "error",
      from: { path: "^engine/", pathNot: wiring },
      to: { path: "^(db|infra|api|tests)/" },
    },
    {
      name: "db-beside-engine",
      comment: "Records know the engine's terms and types, and nothing of services, HTTP or wiring.",
      severity: "error",
      from: { path: "^db/", pathNot: wiring },
      to: { path: "^(infra|api|tests)/" },
    },
    {
      name: "infra-below-api",
      comment: "Adapters do not know the API that is built on them.",
      severity: "error",
      from: { path: "^infra/", pathNot: wiring },
      to: { path: "^(api|tests)/|^infra/(embedded|dev)/" },
    },
    {
      name: "nothing-imports-api",
      severity: "error",
      comment: "The API is on top: only the programs that wire it import it.",
      from: { path: "^(engine|db|infra)/", pathNot: wiring },
      to: { path: "^api/" },
    },
    {
      name: "api-without-wiring",
      comment: "Handlers get what they need passed in; they reach for no embedded or development part.",
      severity: "error",
      from: { path: "^api/", pathNot: wiring },
      to: { path: "^infra/(embedded|dev)/|^tests/" },
    },
    {
      name: "console-stands-alone",
      comment:
        "The console runs in a browser: of the project it knows types alone, of packages what its server adds.",
      severity: "error",
      from: { path: "^console/" },
      to: { pathNot: "^console/|node_modules/(lit-html|lightweight-charts|@preact/signals-core)/" },
    },
    {
      name: "nothing-imports-the-console",
      severity: "error",
      comment: "The API serves its files; only tests run them.",
      from: { path: "^(api|engine|db|infra)/" },
      to: { path: "^console/" },
    },
    {
      name: "nothing-imports-tests",
      comment: "What runs does not depend on what tests it.",
      severity: "error",
      from: { path: "^(api|engine|db|infra)/" },
      to: { path: "^tests/" },
    },
    {
      name: "only-listed-packages",
      comment: "A package that package.json does not list is there by chance.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-development-package-in-production",
      comment: "What serves must not need what is only installed for development.",
      severity: "error",
      from: { path: "^(api|engine|db|infra)/", pathNot: "^infra/dev/" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@types/" },
    },
    {
      name: "resolvable",
      comment: "An import must lead somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.data/|coverage/|sdk/typescript/(src/generated|example)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
