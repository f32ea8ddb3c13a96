/**
 * The PostgreSQL of the embedded way to run: a real server from an npm package, its data below one folder, for one
 * engine process at a time.
 *
 * The server outlives a killed engine, as a database should, and the next engine takes it over. Of two engines
 * started at the same moment one becomes the owner and the other is refused. Runs under Deno and Node, as root (the
 * server then runs as an ordinary user) and as anyone else. It listens on loopback only, with a password made at
 * random for each data folder.
 */
import { openCluster, superuser } from "./postgres-cluster.ts";
import { type Owner, tryToOwn } from "./postgres-owner.ts";
import { runningPort, startServer, stopServer } from "./postgres-server.ts";

/** A running embedded PostgreSQL that is ours alone. */
export interface EmbeddedPostgres {
  /** Of the database `trade_engine_db`, which exists. Holds the password: not for logs. */
  readonly url: string;
  readonly version: string;
  readonly port: number;
  /** Whether it was running already, left behind by an engine that was killed. */
  readonly isTakenOver: boolean;
  /** Settles, with the reason, when the server goes away under us. There is nothing to do then but to exit. */
  readonly lost: Promise<Error>;
  /** Stops the server cleanly. */
  stop(): Promise<void>;
}

/** Thrown when another live process owns the data folder. */
export class DataDirectoryInUseError extends Error {
  override readonly name = "DataDirectoryInUseError";
}

const database = "trade_engine_db";

/** How long a previous owner may still be at its clean stop. */
const defaultOwnerDeadlineMs = 10_000;

/** How long a server that was left behind may take to be reachable: it may be at its recovery. */
const reachDeadlineMs = 120_000;

const pauseMs = 100;
const sessionEndMs = 5_000;

/**
 * Starts PostgreSQL on the data in a folder, or takes over the one that runs there already.
 *
 * @param directory made if it is not there
 * @param options.ownerDeadlineMs how long to wait for another engine that may be about to end
 * @throws {DataDirectoryInUseError} when another live engine owns it
 */
export async function startEmbeddedPostgres(
  directory: string,
  { ownerDeadlineMs = defaultOwnerDeadlineMs }: { ownerDeadlineMs?: number } = {},
): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(directory);
  const urlOf = (port: number, name: string): string =>
    `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/${name}`;

  const startedAt = Date.now();
  for (;;) {
    const foundPort = await runningPort(cluster);
    const port = foundPort ?? (await startServer(cluster));
    const owner = await tryToOwn(urlOf(port, "postgres"));
    if (typeof owner === "object") {
      if (foundPort !== undefined) await endLeftSessions(owner);
      return {
        url: urlOf(port, database),
        version: await prepareDatabase(owner),
        port,
        isTakenOver: foundPort !== undefined,
        lost: owner.lost,
        async stop() {
          owner.expectEnd();
          await stopServer(cluster);
          await owner.sql.end({ timeout: 1 });
        },
      };
    }
    const waitedMs = Date.now() - startedAt;
    if (owner === "taken" && waitedMs > ownerDeadlineMs) {
      throw new DataDirectoryInUseError(
        `Another trade engine that is running uses the data in ${directory}. Stop it first, or give this one a ` +
          "data folder of its own (TRADE_ENGINE_DATA_DIRECTORY).",
      );
    }
    if (waitedMs > reachDeadlineMs)
      throw new Error(`PostgreSQL on ${cluster.data} does not answer; see ${cluster.logFile}.`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/**
 * Ends the sessions of an engine that was killed, and waits for their end: one of them may be in the middle of a
 * commit, which must have happened or not before anybody reads what there is.
 */
async function endLeftSessions({ sql }: Owner): Promise<void> {
  await sql`
    select pg_terminate_backend(pid, ${sessionEndMs})
    from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
}

/** Makes the one database if it is not there, and asks for the server's version. */
async function prepareDatabase({ sql }: Owner): Promise<string> {
  const found = await sql`select from pg_database where datname = ${database}`;
  if (found.length === 0) await sql.unsafe(`create database ${database}`);
  const [row] = await sql`select current_setting('server_version') as version`;
  return String(row?.["version"]);
}
