import type { Sql } from "postgres";

/** Messages on a group's queue that are not acknowledged yet. */
export async function queueMessages(sql: Sql, group: string): Promise<number> {
  const [row] = await sql<{ messages: string }[]>`
    select count(*) as messages from queue_messages where queue_group = ${group}`;
  return Number(row?.messages ?? 0);
}
