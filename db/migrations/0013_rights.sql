-- What migrations to come make, and partitions: readers may read a new table unless it is taken away from them again
-- (as secrets are), and nobody may call a new function unless it is granted. These are the defaults of the role that
-- runs this, which owns the tables.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SELECT grant_if_role('trade_readonly', 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO %I');

-- The partitions that there are already, and the audit trail that they belong to.
SELECT grant_if_role('trade_readonly', 'GRANT SELECT ON journal, symbol_numbers, command_failures, schema_migrations TO %I');
SELECT grant_if_role('trade_readonly', format('GRANT SELECT ON %I TO %%I', c.relname))
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent IN ('orders'::regclass, 'trades'::regclass, 'journal'::regclass);
