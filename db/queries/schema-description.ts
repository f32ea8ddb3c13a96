/*
 * What migrations make, one line for each thing, the same from PostgreSQL 15 to 18. Left out is what the records make
 * by themselves in use: partitions but the default ones, and the functions that belong to them.
 */

const OURS = `
  ours as (
    select oid, relname, relkind, relispartition, relacl, relowner, reloptions from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
      and (not relispartition or relname like '%\\_default')
  ),
  functions as (
    select * from pg_proc
    where pronamespace = 'public'::regnamespace and proname !~ '^orders_(default|\\d{4,}_\\d\\d)_end$'
  ),
  roles as (
    select oid, rolname from pg_roles where rolname in ('trade_migrator', 'trade_engine', 'trade_api', 'trade_readonly')
    union all select 0, 'public'
  )`;

export const DESCRIBE_SCHEMA = `
  with ${OURS}
  select 'role ' || rolname as line from roles where oid <> 0
  union all
  select 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ', ' order by e.enumsortorder)
  from pg_type as t join pg_enum as e on e.enumtypid = t.oid where t.typnamespace = 'public'::regnamespace group by t.typname
  union all
  select 'type ' || t.typname || ' (' || string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) || ')'
  from pg_type as t join pg_class as c on c.oid = t.typrelid and c.relkind = 'c'
  join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
  where t.typnamespace = 'public'::regnamespace group by t.typname
  union all
  select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' else 'table ' end || relname
         || case when relkind = 'p' then ' partitioned by ' || pg_get_partkeydef(oid) else '' end
         || case when relispartition then ' default partition' else '' end
         || coalesce(' with ' || array_to_string(reloptions, ', '), '')
  from ours
  union all
  select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || case when a.attnotnull then ' not null' else '' end
         || case when a.attidentity <> '' then ' identity' else '' end
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
  from ours as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
  where not c.relispartition
  union all
  select 'constraint ' || c.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
  from ours as c join pg_constraint as k on k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'f', 'x')
  where not c.relispartition
  union all
  select 'index ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (\\S+) ON (ONLY )?public\\.', '\\2 \\1on ')
  from ours as c join pg_index as i on i.indrelid = c.oid
  where not c.relispartition
  union all
  select 'trigger ' || c.relname || '.' || t.tgname || ' ' || pg_get_triggerdef(t.oid)
  from ours as c join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal
  union all
  select 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') returns ' || pg_get_function_result(p.oid)
         || case when p.prosecdef then ' security definer' else '' end
         || coalesce(' set ' || array_to_string(p.proconfig, ', '), '') || ' body ' || left(md5(p.prosrc), 12)
  from functions as p
  union all
  select 'grant ' || g.rolname || ' ' || string_agg(a.privilege_type, ', ' order by a.privilege_type) || ' on ' || c.relname
  from ours as c cross join lateral aclexplode(c.relacl) as a join roles as g on g.oid = a.grantee
  where not c.relispartition and a.grantee <> c.relowner group by g.rolname, c.relname
  union all
  select 'grant ' || g.rolname || ' ' || string_agg(x.privilege_type || ' (' || a.attname || ')', ', ' order by a.attname) || ' on ' || c.relname
  from ours as c join pg_attribute as a on a.attrelid = c.oid and a.attacl is not null
  cross join lateral aclexplode(a.attacl) as x join roles as g on g.oid = x.grantee
  where not c.relispartition and x.grantee <> c.relowner group by g.rolname, c.relname
  union all
  select 'grant ' || g.rolname || ' execute on ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
  from functions as p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
  join roles as g on g.oid = a.grantee where a.grantee <> p.proowner
  union all
  select 'default grant ' || g.rolname || ' ' || lower(a.privilege_type) || ' on new '
         || case d.defaclobjtype when 'r' then 'tables' when 'f' then 'functions' else d.defaclobjtype::text end
  from pg_default_acl as d cross join lateral aclexplode(d.defaclacl) as a join roles as g on g.oid = a.grantee
  where d.defaclnamespace = 'public'::regnamespace
  order by 1`;

/** Texts of views, which every version of the server writes in its own way. */
export const DESCRIBE_VIEWS = `
  select 'view text ' || relname || ' ' || left(md5(pg_get_viewdef(oid)), 12) as line from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') order by 1`;

/** What an interrupted build leaves, and partitions without an index of their table. */
export const BROKEN_INDEXES = `
  select c.relname::text as name from pg_index as i join pg_class as c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace and not (i.indisvalid and i.indisready) order by 1`;
