import postgres, { type Sql } from "postgres";
import { UnavailableError } from "../engine/ports.ts";
import type { DatabaseTls } from "./tls.ts";

/**
 * Where a connection must go straight to PostgreSQL and does not. Advisory locks, prepared statements and settings
 * belong to a session; a pool in transaction mode gives each statement another one.
 */
export class PooledConnectionError extends Error {
  override readonly name = "PooledConnectionError";

  constructor() {
    super("leads through a connection pool (PgBouncer): give the address of PostgreSQL itself");
  }
}

const ANSWER_WITHIN_MS = 10_000;

/**
 * Whether PgBouncer, or another pool, stands between this client and PostgreSQL.
 *
 * A server tells each client at its greeting the number of the process that serves it, for cancelling. A pool greets
 * before it has chosen one of its connections, so the number that it tells is of its own making, and not that of the
 * process that then answers. One statement shows it, in whichever mode the pool works. What merely passes bytes on
 * is no pool, and none is seen.
 */
export async function isPooled(sql: Sql): Promise<boolean> {
  // Not prepared: some pools cannot.
  const rows = await sql.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid", [], { prepare: false });
  return rows[0]?.pid !== rows.state.pid;
}

/** As `isPooled`, on a connection of its own. Rejects with UnavailableError when nobody answers. */
export async function leadsThroughPool(url: string, tls?: DatabaseTls): Promise<boolean> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: ANSWER_WITHIN_MS / 1_000,
    fetch_types: false,
    onnotice: () => undefined,
    ...(tls === undefined ? {} : { ssl: tls }),
    connection: { application_name: "trade-engine start" },
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([isPooled(sql), timeout]);
  } catch (cause) {
    throw new UnavailableError("database", "PostgreSQL cannot be reached", { cause });
  } finally {
    clearTimeout(timer);
    await sql.end({ timeout: 1 });
  }
}
