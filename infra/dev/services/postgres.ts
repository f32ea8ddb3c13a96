/** A private PostgreSQL 16, out of its npm package, on a free port with data of its own. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { freePort } from "../../embedded/free-ports.ts";
import { postgresPrograms } from "../../embedded/postgres-programs.ts";
import { asUser, giveTo, unprivilegedUser } from "../../embedded/unprivileged-user.ts";
import { type PrivateService, startService, temporaryFolder } from "./private-service.ts";
import { startProcess } from "./process.ts";

const run = promisify(execFile);
const superuser = "trade_engine_user";
const password = "private";
const database = "trade_engine_db";

/** How the private PostgreSQL is to be. */
export interface PrivatePostgresOptions {
  /**
   * Whether commits reach the disk (`fsync`). Without it a commit still survives the server being killed, only not
   * the machine; tests are twice as fast.
   */
  readonly durable: boolean;
}

/** Starts a PostgreSQL that nobody else uses; its one database is empty. */
export function startPostgres({ durable }: PrivatePostgresOptions): Promise<PrivateService> {
  return startService(async () => {
    const programs = postgresPrograms();
    const user = unprivilegedUser();
    const folder = temporaryFolder("postgres");
    const data = join(folder, "data");
    mkdirSync(data, { mode: 0o700 });
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, password);
    for (const path of [folder, data, passwordFile]) giveTo(user, path);

    const asItsUser = (program: string, ...args: string[]) =>
      asUser(user, { program, args }, [program, data]);
    const initdb = asItsUser(
      programs.initdb,
      `--pgdata=${data}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    );
    await run(initdb.program, [...initdb.args], { cwd: folder });

    const port = await freePort();
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(port),
      unix_socket_directories: "",
      max_connections: "200",
      fsync: durable ? "on" : "off",
      full_page_writes: durable ? "on" : "off",
      synchronous_commit: "on",
      max_locks_per_transaction: "512", // one statement may touch years of daily partitions
      timezone: "UTC",
      log_timezone: "UTC",
    };
    const server = asItsUser(
      programs.postgres,
      "-D",
      data,
      ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    );
    const urlOf = (name: string) => `postgres://${superuser}:${password}@127.0.0.1:${port}/${name}`;

    return {
      kind: "PostgreSQL",
      url: urlOf(database),
      origin: "npm package",
      folder,
      stopSignal: "SIGINT", // PostgreSQL's "fast" stop: ends the sessions, loses nothing
      launch: () => startProcess({ name: "postgres", ...server, cwd: folder, folder }),
      async greet() {
        await makeDatabase(urlOf("postgres"));
        return postgresVersion(urlOf(database));
      },
    };
  });
}

/** Asks a PostgreSQL for its version. */
export function postgresVersion(url: string): Promise<string> {
  return withConnection(url, async (sql) => {
    const [row] = await sql`select current_setting('server_version') as version`;
    return String(row?.["version"]).split(" ")[0] ?? "";
  });
}

/** Makes the one database, the first time the server answers. */
function makeDatabase(url: string): Promise<void> {
  return withConnection(url, async (sql) => {
    const found = await sql`select from pg_database where datname = ${database}`;
    if (found.length === 0) await sql.unsafe(`create database ${database}`);
  });
}

async function withConnection<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
