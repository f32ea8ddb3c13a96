import postgres, { type Sql } from "postgres";

/**
 * Does something on one new connection, to where `sql` leads, and closes it. For what is of one session: a COPY, a lock. A
 * connection of a pool that is reserved for it, or in a transaction, may be lost meanwhile: postgres.js 3.4 would go on to use
 * it, and end the process with a fault that nobody can catch.
 */
export async function onOwnConnection<T>(sql: Sql, work: (own: Sql) => Promise<T>): Promise<T> {
  // postgres.js takes what it has parsed already as it is, as its own subscriptions do.
  const own = postgres({
    ...sql.options,
    max: 1,
    max_lifetime: null,
    idle_timeout: null,
  } as unknown as postgres.Options<never>);
  try {
    return await work(own as unknown as Sql);
  } finally {
    await own.end({ timeout: 0 });
  }
}
