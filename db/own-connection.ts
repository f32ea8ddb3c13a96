import postgres, { type Sql } from "postgres";

/**
 * Does something on a new connection, to where `sql` leads, and closes it. For a COPY that must survive a lost connection: on one
 * of a pool (reserved, or in a transaction) postgres.js 3.4 would go on to use it, and end the process with a fault that nobody
 * can catch.
 */
export async function onOwnConnection<T>(sql: Sql, work: (own: Sql) => Promise<T>): Promise<T> {
  // postgres.js takes what it has parsed already as it is, as its own subscriptions do.
  const own = postgres({ ...sql.options, max: 1, max_lifetime: null } as unknown as postgres.Options<never>);
  try {
    return await work(own as unknown as Sql);
  } finally {
    await own.end({ timeout: 0 });
  }
}
