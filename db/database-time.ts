import type { ApiPool } from "./api-pool.ts";
import { DATABASE_TIME } from "./queries/database-time.ts";

/** The database's clock, milliseconds. Rejects with UnavailableError. */
export async function readDatabaseTime(pool: ApiPool): Promise<number> {
  const [row] = await pool.read<{ now_ms: string }>(DATABASE_TIME);
  return Number(row?.now_ms);
}
