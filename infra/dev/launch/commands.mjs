/** The npm scripts: what each is for, and the programs it runs. */
import { resolve } from "node:path";
import { denoArguments } from "./deno-permissions.mjs";
import { inRoot } from "./paths.mjs";
import { denoProgram, nodeProgram } from "./runtimes.mjs";

/** @typedef {import("./run.mjs").Step} Step */

/**
 * @typedef {object} Command
 * @property {string} purpose
 * @property {(args: string[]) => Step[]} steps
 * @property {boolean} [readsEnvFile] settings may also come from .env in the checkout
 * @property {boolean} [tellsUsage] its program answers `--help` itself; for the others the launcher does
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

/**
 * On Node, whose watching lets a program finish before it starts it again.
 * @param {string} script path in the checkout
 * @param {string[]} args
 * @returns {Step}
 */
const watched = (script, ...args) => ({
  program: nodeProgram(),
  args: ["--watch", "--watch-preserve-output", inRoot(script), ...args],
});

/**
 * A client that may write to one folder.
 * @param {string | undefined} folder
 * @param {string} script path in the checkout
 * @param {string[]} args
 * @returns {Step}
 */
const onDenoWriting = (folder, script, ...args) => {
  const step = onDeno("client", script, ...args);
  const permission = folder === undefined ? [] : [`--allow-write=${resolve(folder)}`];
  return { ...step, args: step.args.toSpliced(1, 0, ...permission) };
};

/** @param {string[]} args */
const vitest = (...args) => onNode("node_modules/vitest/vitest.mjs", "run", ...args);

/** @param {string[]} args */
const biome = (...args) => onNode("node_modules/@biomejs/biome/bin/biome", ...args);

/** @param {string} action */
const docker = (action) => (/** @type {string[]} */ args) => [onNode("infra/dev/docker.ts", action, ...args)];

/** @param {string} kind */
const shell = (kind) => (/** @type {string[]} */ args) => [onNode("infra/dev/shell.ts", kind, ...args)];

/** @type {Record<string, Command>} */
export const commands = {
  setup: {
    purpose: "install the packages and programs that the other commands need, and say what is there",
    steps: () => [onNode("infra/dev/setup.ts")],
  },
  start: {
    purpose: "the whole engine in one process, data under .data/",
    steps: (args) => [onDeno("embedded", "infra/embedded/main.ts", ...args)],
  },
  demo: {
    tellsUsage: true,
    purpose: "the engine with simulated traders: a living market to look at and to trade in",
    steps: (args) => [onNode("infra/tools/demo/main.ts", ...args)],
  },
  stack: {
    tellsUsage: true,
    purpose: "private PostgreSQL, Redis and RabbitMQ, two API processes, two engines; Ctrl-C ends all",
    steps: (args) => [onNode("infra/dev/stack.ts", ...args)],
  },
  dev: {
    purpose: "as start, on Node, started again whenever a source file changes",
    steps: (args) => [watched("infra/embedded/main.ts", ...args)],
  },
  up: { purpose: "the whole system in Docker, healthy when this ends", steps: docker("up") },
  down: { purpose: "end the system in Docker; its data stay", steps: docker("down") },
  ps: { purpose: "what runs in Docker, and how healthy it is", steps: docker("ps") },
  logs: {
    purpose: "the logs of the system in Docker, or of one service: logs -- engine",
    steps: docker("logs"),
  },
  build: { purpose: "build the Docker image", steps: docker("build") },
  health: {
    tellsUsage: true,
    purpose: "ask API and engine whether they live and are ready: health [-- URL …]",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "infra/tools/health/main.ts", ...args)],
  },
  status: {
    tellsUsage: true,
    purpose: "every symbol group: epoch, sequence, events, open orders, snapshot",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "infra/tools/status/main.ts", ...args)],
  },
  verify: {
    purpose: "look at PostgreSQL, PgBouncer, Redis, RabbitMQ: reachable, new enough, set up to lose nothing",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "infra/tools/verify/main.ts", ...args)],
  },
  api: {
    purpose: "one API process against given services (.env.example names their settings)",
    readsEnvFile: true,
    steps: (args) => [onDeno("server", "api/main.ts", ...args)],
  },
  engine: {
    purpose: "one engine process against given services",
    readsEnvFile: true,
    steps: (args) => [onDeno("server", "engine/main.ts", ...args)],
  },
  test: { tellsUsage: true, purpose: "all tests, against real services", steps: (args) => [vitest(...args)] },
  "test:unit": {
    tellsUsage: true,
    purpose: "the tests that need no services",
    steps: (args) => [vitest("--project", "unit", ...args)],
  },
  "test:integration": {
    tellsUsage: true,
    purpose: "the tests of parts against real services",
    steps: (args) => [vitest("--project", "integration", ...args)],
  },
  "test:e2e": {
    tellsUsage: true,
    purpose: "the tests of whole programs, from outside",
    steps: (args) => [vitest("--project", "e2e", ...args)],
  },
  "test:compose": {
    tellsUsage: true,
    purpose:
      "the real docker-compose.yml in a Docker engine, orders through it, an engine killed (as root; minutes)",
    steps: (args) => [vitest("--config", "tests/compose/vitest.config.ts", ...args)],
  },
  "test:chaos": {
    tellsUsage: true,
    purpose: "the whole system under load while its parts are killed; 200 kills unless told otherwise",
    steps: (args) => [onNode("tests/chaos/main.ts", ...args)],
  },
  coverage: {
    tellsUsage: true,
    purpose: "all tests, and which lines they reach (coverage/index.html)",
    steps: (args) => [vitest("--coverage", ...args)],
  },
  mutation: {
    tellsUsage: true,
    purpose:
      "which small changes to engine/core no test notices (hours; not part of test; `MUTATION_SHARE=1/24` takes a sample)",
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
    tellsUsage: true,
    purpose: "every static check: format, lint, types, import rules, dead code",
    steps: (args) => [onNode("infra/dev/check.ts", ...args)],
  },
  "docs:generate": {
    purpose: "write the tables of settings, commands, metrics and alerts in docs/ anew",
    steps: (args) => [onNode("infra/dev/docs.ts", ...args)],
  },
  lint: {
    tellsUsage: true,
    purpose: "format and lint, changing nothing",
    steps: (args) => [biome("check", ...args)],
  },
  fmt: {
    tellsUsage: true,
    purpose: "format, and fix what is safe to fix",
    steps: (args) => [biome("check", "--write", ...args)],
  },
  migrate: {
    purpose: "bring the database's schema up to date",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "db/main.ts", ...args)],
  },
  "migrate:revert": {
    purpose: "take back the last migration, or the last so many",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "db/main.ts", "revert", ...args)],
  },
  "migrate:show": {
    purpose: "which migrations are applied, and since when",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "db/main.ts", "show", ...args)],
  },
  "db:verify": {
    purpose: "whether the database's schema is what this program expects, line by line",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "db/main.ts", "verify", ...args)],
  },
  maintain: {
    purpose: "one turn of the maintenance that engines do by themselves: partitions, retention, health",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "db/main.ts", "maintain", ...args)],
  },
  archive: {
    purpose: "write the journal's days that are over to files: archive -- FOLDER",
    readsEnvFile: true,
    steps: (args) => [onDenoWriting(args[0], "db/main.ts", "archive", ...args)],
  },
  "schema:write": {
    purpose:
      "write what follows from the migrations: db/expected-schema.txt, a part of docs/database-schema.md",
    steps: (args) => [onNode("infra/dev/schema-check.ts", "--write", ...args)],
  },
  "db:shell": { purpose: "psql on the configured database", readsEnvFile: true, steps: shell("db") },
  "db:shell:pgbouncer": {
    purpose: "psql through PgBouncer",
    readsEnvFile: true,
    steps: shell("db:pgbouncer"),
  },
  "redis:shell": { purpose: "redis-cli on the configured Redis", readsEnvFile: true, steps: shell("redis") },
  "rabbitmq:ui": {
    purpose: "where RabbitMQ's own pages are",
    readsEnvFile: true,
    steps: () => [onNode("infra/dev/rabbitmq-ui.ts")],
  },
  "sdk:generate": {
    tellsUsage: true,
    purpose: "the TypeScript client's calls and types, out of docs/openapi.json",
    steps: (args) => [onNode("infra/dev/sdk/main.ts", ...args)],
  },
  replay: {
    tellsUsage: true,
    purpose: "drive a running engine with recorded order flow",
    steps: (args) => [onDeno("client", "infra/tools/replay/main.ts", ...args)],
  },
  scenarios: {
    tellsUsage: true,
    purpose: "run scenario files through the core or over HTTP",
    steps: (args) => [onDeno("client", "infra/tools/scenarios/main.ts", ...args)],
  },
  backup: {
    tellsUsage: true,
    purpose: "the whole database of one moment in one file, while trading goes on: backup -- --to FILE",
    readsEnvFile: true,
    steps: (args) => [onNode("infra/tools/backup/main.ts", ...args)],
  },
  restore: {
    tellsUsage: true,
    purpose: "fill an empty database from a backup: restore -- --from FILE",
    readsEnvFile: true,
    steps: (args) => [onNode("infra/tools/restore/main.ts", ...args)],
  },
  audit: {
    tellsUsage: true,
    purpose: "check the whole database against every guarantee that shows at rest",
    readsEnvFile: true,
    steps: (args) => [onDeno("client", "infra/tools/audit/main.ts", ...args)],
  },
  sim: {
    tellsUsage: true,
    purpose: "engines under simulated faults, seed after seed; a failing seed replays exactly",
    steps: (args) => [onNode("tests/simulation/main.ts", ...args)],
  },
  bench: {
    tellsUsage: true,
    purpose: "measure: bench -- [core …] [--quick] [--streams DIR] [--rows N] [--json FILE]",
    steps: (args) => [onNode("tests/bench/main.ts", ...args)],
  },
  "test:fuzz": {
    tellsUsage: true,
    purpose:
      "requests made out of the OpenAPI document, 50,000 unless told otherwise; no 5xx, nothing undocumented",
    steps: (args) => [onNode("tests/fuzz/main.ts", ...args)],
  },
  openapi: {
    purpose: "write docs/openapi.json out of the schemas",
    steps: () => [onNode("tests/document/main.ts", "write")],
  },
  screenshots: {
    purpose: "pictures of the console for the documents, of a real browser (docs/images)",
    steps: (args) => [onNode("tests/screenshots/main.ts", ...args)],
  },
  clean: {
    purpose: "remove what tools have made (not node_modules, not .data)",
    steps: (args) => [onNode("infra/dev/clean.ts", ...args)],
  },
  "clean:volumes": {
    purpose: "remove the Docker system with all its data; asks first",
    steps: docker("clean:volumes"),
  },
  version: {
    purpose: "the versions of the engine and of what it runs on",
    steps: (args) => [onNode("infra/dev/version.ts", ...args)],
  },
};
