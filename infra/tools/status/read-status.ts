import type { Sql } from "postgres";

/** One group, as its row, its journal and its snapshots say. */
export interface GroupStatus {
  readonly group: string;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly publishedSequence: number;
  readonly timeline: string;
  readonly openOrders: number;
  /** Null: nothing was ever committed. */
  readonly lastCommitAt: Date | null;
  readonly snapshotSequence: number | null;
  readonly snapshotAt: Date | null;
}

export interface DatabaseStatus {
  readonly version: string;
  /** Name of the last migration applied; null: the schema is not there. */
  readonly schema: string | null;
  readonly bytes: number;
  readonly groups: readonly GroupStatus[];
}

/** What the database says of the system. Reads only. */
export async function readStatus(sql: Sql): Promise<DatabaseStatus> {
  const [about] = await sql<{ version: string; bytes: string; schema: boolean }[]>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      pg_database_size(current_database()) as bytes, to_regclass('schema_migrations') is not null as schema`;
  const base = { version: about?.version ?? "", bytes: Number(about?.bytes ?? 0) };
  if (about?.schema !== true) return { ...base, schema: null, groups: [] };
  const [last] = await sql<{ name: string }[]>`select name from schema_migrations order by name desc limit 1`;
  const rows = await sql<Record<string, unknown>[]>`
    select g.symbol_group, g.epoch, g.last_sequence, g.published_sequence, g.timeline,
      (select count(*) from open_orders o join symbols s on s.symbol = o.symbol
        where s.symbol_group = g.symbol_group) as open_orders,
      (select max(j.batch_time) from journal j where j.symbol_group = g.symbol_group) as last_commit_at,
      n.sequence as snapshot_sequence, n.taken_at as snapshot_at
    from engine_groups g
    left join lateral (select sequence, taken_at from order_book_snapshots
      where symbol_group = g.symbol_group order by sequence desc, epoch desc limit 1) n on true
    order by g.symbol_group`;
  return { ...base, schema: last?.name ?? null, groups: rows.map(toGroup) };
}

function toGroup(row: Record<string, unknown>): GroupStatus {
  const number = (key: string): number => Number(row[key]);
  return {
    group: String(row["symbol_group"]),
    epoch: number("epoch"),
    lastSequence: number("last_sequence"),
    publishedSequence: number("published_sequence"),
    timeline: String(row["timeline"]),
    openOrders: number("open_orders"),
    lastCommitAt: row["last_commit_at"] as Date | null,
    snapshotSequence: row["snapshot_sequence"] === null ? null : number("snapshot_sequence"),
    snapshotAt: row["snapshot_at"] as Date | null,
  };
}
