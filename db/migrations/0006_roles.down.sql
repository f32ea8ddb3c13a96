-- What was granted goes; the roles stay, since they are the cluster's and other databases may use them.
DO $$
DECLARE
  role_name text;
BEGIN
  FOR role_name IN
    SELECT rolname FROM pg_roles WHERE rolname IN ('trade_migrator', 'trade_engine', 'trade_api', 'trade_readonly')
  LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', role_name);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM %I', role_name);
    EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', role_name);
  END LOOP;
END
$$;
DROP FUNCTION grant_if_role(text, text);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
