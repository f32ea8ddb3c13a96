SELECT grant_if_role('trade_readonly', format('REVOKE SELECT ON %I FROM %%I', c.relname))
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent IN ('orders'::regclass, 'trades'::regclass, 'journal'::regclass);
SELECT grant_if_role('trade_readonly', 'REVOKE SELECT ON journal, symbol_numbers, command_failures, schema_migrations FROM %I');
SELECT grant_if_role('trade_readonly', 'ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM %I');
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
