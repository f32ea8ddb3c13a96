/**
 * Who owns the embedded PostgreSQL: the one process whose session holds an advisory lock in it. The session ends
 * with the process, however that ends, and so does the lock; no file can be left behind that says otherwise.
 */
import postgres from "postgres";

/** The session that holds the lock, and with it the server. */
export interface Owner {
  readonly sql: postgres.Sql;
  /** Settles, with the reason, when the session is lost. */
  readonly lost: Promise<Error>;
  /** From now on the end of the session is no loss. */
  expectEnd(): void;
}

/** The advisory lock that says who owns the server: any number, but for ever the same. */
const ownerLock = 7_346_218_001;

/** What a server says while it starts or stops, and what one hears when it has just gone. */
const passingFaults = new Set([
  "57P01",
  "57P02",
  "57P03",
  "ECONNREFUSED",
  "ECONNRESET",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
]);

/**
 * Tries once to become the owner.
 * @returns the owner; "taken" when another process is; "unreachable" while the server starts or stops
 */
export async function tryToOwn(url: string): Promise<Owner | "taken" | "unreachable"> {
  let isEndExpected = false;
  const { promise: lost, resolve: lose } = Promise.withResolvers<Error>();
  const sql = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null, // a new session would not have the lock
    connection: { application_name: "trade-engine owner" },
    onnotice: () => undefined,
    onclose: () => {
      if (!isEndExpected) lose(new Error("the embedded PostgreSQL has gone away"));
    },
  });
  const expectEnd = (): void => {
    isEndExpected = true;
  };
  const giveUp = async (): Promise<void> => {
    expectEnd();
    await sql.end({ timeout: 1 });
  };

  try {
    const [row] = await sql`select pg_try_advisory_lock(${ownerLock}) as "isOurs"`;
    if (row?.["isOurs"] === true) return { sql, lost, expectEnd };
    await giveUp();
    return "taken";
  } catch (error) {
    await giveUp();
    if (passingFaults.has((error as { code?: string }).code ?? "")) return "unreachable";
    throw error;
  }
}
