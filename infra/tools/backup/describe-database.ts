import type { Sql, TransactionSql } from "postgres";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchiveHeader } from "../archive/header.ts";

/** What there is in the database, as the transaction sees it: every table but that of the migrations. */
export async function describeDatabase(sql: Sql | TransactionSql): Promise<ArchiveHeader> {
  const [about] = await sql<{ version: string; now: Date }[]>`
    select split_part(current_setting('server_version'), ' ', 1) as version, now() as now`;
  const migrations = await sql<{ name: string; hash: string }[]>`
    select name, hash from schema_migrations order by name`;
  const tables = await sql<{ name: string; columns: string[] }[]>`
    select c.relname as name, json_agg(a.attname order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname <> 'schema_migrations' 
    group by c.relname order by c.relname`;
  // Bounds are told back by PostgreSQL itself: FOR VALUES FROM ('…') TO ('…').
  const partitions = await sql<{ table: string; name: string; bound: string }[]>`
    select p.relname as table, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relkind = 'p' and p.relnamespace = 'public'::regnamespace
      and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT' order by c.relname`;
  const sequences = await sql<{ name: string; last: string | null }[]>`
    select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public'
    order by sequencename`;
  const groups = await sql<{ group: string; timeline: string; last_sequence: string }[]>`
    select symbol_group as "group", timeline, last_sequence from engine_groups order by symbol_group`;
  const counted: { name: string; columns: string[]; rows: number }[] = [];
  for (const { name, columns } of tables) {
    const [row] = await sql<{ rows: string }[]>`select count(*) as rows from ${sql(name)}`;
    counted.push({ name, columns, rows: Number(row?.rows ?? 0) });
  }
  return {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    takenAt: about?.now.toISOString() ?? "",
    postgres: about?.version ?? "",
    migrations: migrations.map(({ name, hash }) => ({ name, hash })),
    partitions: partitions.flatMap(({ table, name, bound }) => {
      const [, from, to] = /^FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)$/.exec(bound) ?? [];
      return from === undefined || to === undefined ? [] : [{ table, name, from, to }];
    }),
    sequences: sequences.flatMap(({ name, last }) => (last === null ? [] : [{ name, last }])),
    tables: counted,
    groups: groups.map((row) => ({
      group: row.group,
      timeline: row.timeline,
      lastSequence: Number(row.last_sequence),
    })),
  };
}
