-- Roles belong to the whole server, so what a mutant does to them is undone after its database is gone.
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT roleid::regrole AS whole, member::regrole AS part FROM pg_auth_members
    WHERE member::regrole::text LIKE 'shop\_%'
  LOOP
    EXECUTE format('REVOKE %s FROM %s', one.whole, one.part);
  END LOOP;
  FOR one IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'shop\_%' LOOP
    EXECUTE format('ALTER ROLE %s NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB', one.rolname);
    EXECUTE format('ALTER ROLE %s RESET ALL', one.rolname);
    IF one.rolname LIKE '%\_owner' THEN
      EXECUTE format('ALTER ROLE %s NOLOGIN', one.rolname);
    END IF;
  END LOOP;
END
$$;
REVOKE ALL ON PARAMETER session_replication_role FROM shop_shared_schema_app;
DROP ROLE IF EXISTS shop_group, shop_stranger;
