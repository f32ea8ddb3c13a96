/**
 * `npm run db:shell | db:shell:pgbouncer | redis:shell`: the services' own shells, at the configured addresses.
 * Passwords go by the environment, so that no list of processes shows them. Arguments go on to the shell:
 *
 *     npm run db:shell -- -c 'select * from engine_groups'
 */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { loadConfigOrExit } from "../config/load.ts";
import { toolDatabaseUrl } from "../embedded/tool-database.ts";

interface Shell {
  readonly program: string;
  /** How to get the program. */
  readonly advice: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const [kind = "", ...given] = process.argv.slice(2);
const shell = shellFor(kind);
if (!isOnPath(shell.program)) fail(`${shell.program} is not on this machine: ${shell.advice}`);
const child = spawn(shell.program, [...shell.args, ...given], {
  stdio: "inherit",
  env: { ...process.env, ...shell.env },
});
process.on("SIGINT", () => undefined); // the shell's own business
child.once("error", (error) => fail(`${shell.program} could not be started: ${error.message}`));
child.once("exit", (code) => process.exit(code ?? 1));

function shellFor(name: string): Shell {
  switch (name) {
    case "db":
      return psql(toolDatabaseUrl());
    case "db:pgbouncer": {
      const { url, isTransactionPool } = loadConfigOrExit({ services: ["database"] }).database;
      if (!isTransactionPool) fail("No PgBouncer is configured: database.transaction_pool is false.");
      return psql(url);
    }
    case "redis":
      return redisCli(loadConfigOrExit({ services: ["redis"] }).redis.url);
    default:
      return fail(`There is no shell ${name}.`);
  }
}

function psql(address: string): Shell {
  const url = new URL(address);
  const args = [
    "--host",
    url.hostname,
    "--port",
    url.port || "5432",
    "--username",
    decodeURIComponent(url.username),
  ];
  return {
    program: "psql",
    advice: "install PostgreSQL's client (on Debian or Ubuntu: apt-get install postgresql-client)",
    args: [...args, "--dbname", decodeURIComponent(url.pathname.slice(1))],
    env: { PGPASSWORD: decodeURIComponent(url.password) },
  };
}

function redisCli(address: string): Shell {
  const url = new URL(address);
  const user = url.username === "" ? [] : ["--user", decodeURIComponent(url.username)];
  const tls = url.protocol === "rediss:" ? ["--tls"] : [];
  const number = url.pathname.length > 1 ? ["-n", url.pathname.slice(1)] : [];
  return {
    program: "redis-cli",
    advice: "install Redis' tools (on Debian or Ubuntu: apt-get install redis-tools)",
    args: ["-h", url.hostname, "-p", url.port || "6379", ...user, ...tls, ...number],
    env: url.password === "" ? {} : { REDISCLI_AUTH: decodeURIComponent(url.password) },
  };
}

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fail(words: string): never {
  console.error(words);
  process.exit(1);
}
