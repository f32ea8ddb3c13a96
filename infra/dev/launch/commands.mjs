/** The npm scripts: what each is for, and the programs it runs. */
import { denoArguments } from "./deno-permissions.mjs";
import { inRoot } from "./paths.mjs";
import { denoProgram, nodeProgram } from "./runtimes.mjs";

/** @typedef {import("./run.mjs").Step} Step */

/**
 * @typedef {object} Command
 * @property {string} purpose
 * @property {(args: string[]) => Step[]} steps
 */

/**
 * @param {string} script path in the checkout
 * @param {string[]} args
 * @returns {Step}
 */
const onNode = (script, ...args) => ({ program: nodeProgram(), args: [inRoot(script), ...args] });

/**
 * @param {import("./deno-permissions.mjs").Role} role
 * @param {string} script path in the checkout
 * @param {string[]} args
 * @returns {Step}
 */
const onDeno = (role, script, ...args) => ({
  program: denoProgram(),
  args: [...denoArguments(role), inRoot(script), ...args],
  env: { DENO_NO_UPDATE_CHECK: "1" },
});

/** @param {string[]} args */
const vitest = (...args) => onNode("node_modules/vitest/vitest.mjs", "run", ...args);

/** @param {string[]} args */
const biome = (...args) => onNode("node_modules/@biomejs/biome/bin/biome", ...args);

/** @type {Record<string, Command>} */
export const commands = {
  start: {
    purpose: "the whole engine in one process, data under .data/",
    steps: (args) => [onDeno("embedded", "infra/embedded/main.ts", ...args)],
  },
  stack: {
    purpose: "private PostgreSQL, Redis and RabbitMQ, two API processes, two engines; Ctrl-C ends all",
    steps: (args) => [onNode("infra/dev/stack.ts", ...args)],
  },
  api: {
    purpose: "one API process against given services (.env.example names their settings)",
    steps: (args) => [onDeno("server", "api/main.ts", ...args)],
  },
  engine: {
    purpose: "one engine process against given services",
    steps: (args) => [onDeno("server", "engine/main.ts", ...args)],
  },
  test: { purpose: "all tests, against real services", steps: (args) => [vitest(...args)] },
  "test:unit": {
    purpose: "the tests that need no services",
    steps: (args) => [vitest("--project", "unit", ...args)],
  },
  "test:integration": {
    purpose: "the tests of parts against real services",
    steps: (args) => [vitest("--project", "integration", ...args)],
  },
  "test:e2e": {
    purpose: "the tests of whole programs, from outside",
    steps: (args) => [vitest("--project", "e2e", ...args)],
  },
  "test:chaos": {
    purpose: "the whole system under load while its parts are killed; 200 kills unless told otherwise",
    steps: (args) => [onNode("tests/chaos/main.ts", ...args)],
  },
  coverage: {
    purpose: "all tests, and which lines they reach (coverage/index.html)",
    steps: (args) => [vitest("--coverage", ...args)],
  },
  mutation: {
    purpose: "which small changes to engine/core no test notices (hours; not part of test)",
    steps: (args) => [
      onNode(
        "node_modules/@stryker-mutator/core/bin/stryker.js",
        "run",
        "infra/dev/mutation/stryker.config.mjs",
        ...args,
      ),
    ],
  },
  check: {
    purpose: "every static check: format, lint, types, import rules, dead code",
    steps: (args) => [onNode("infra/dev/check.ts", ...args)],
  },
  lint: { purpose: "format and lint, changing nothing", steps: (args) => [biome("check", ...args)] },
  fmt: {
    purpose: "format, and fix what is safe to fix",
    steps: (args) => [biome("check", "--write", ...args)],
  },
  migrate: {
    purpose: "bring the database's schema up to date",
    steps: (args) => [onDeno("client", "db/main.ts", ...args)],
  },
  "migrate:revert": {
    purpose: "take back the last migration, or the last so many",
    steps: (args) => [onDeno("client", "db/main.ts", "revert", ...args)],
  },
  "migrate:show": {
    purpose: "which migrations are applied, and since when",
    steps: (args) => [onDeno("client", "db/main.ts", "show", ...args)],
  },
  replay: {
    purpose: "drive a running engine with recorded order flow",
    steps: (args) => [onDeno("client", "infra/tools/replay/main.ts", ...args)],
  },
  scenarios: {
    purpose: "run scenario files through the core or over HTTP",
    steps: (args) => [onDeno("client", "infra/tools/scenarios/main.ts", ...args)],
  },
  audit: {
    purpose: "check the whole database against every guarantee that shows at rest",
    steps: (args) => [onDeno("client", "infra/tools/audit/main.ts", ...args)],
  },
  sim: {
    purpose: "engines under simulated faults, seed after seed; a failing seed replays exactly",
    steps: (args) => [onNode("tests/simulation/main.ts", ...args)],
  },
  bench: {
    purpose: "measure: bench -- [core …] [--quick] [--streams DIR] [--json FILE]",
    steps: (args) => [onNode("tests/bench/main.ts", ...args)],
  },
  clean: {
    purpose: "remove what tools have made (not node_modules, not .data)",
    steps: (args) => [onNode("infra/dev/clean.ts", ...args)],
  },
  version: {
    purpose: "the versions of the engine and of what it runs on",
    steps: (args) => [onNode("infra/dev/version.ts", ...args)],
  },
};
