-- What can go wrong with the schemas of the shop. Each variant begins with its name; those that begin with "harmless" must
-- be caught by nothing, all others by the attacks, by the lint, or by both.

--: Row security is not enabled on one table
ALTER TABLE shared_schema.identity_user DISABLE ROW LEVEL SECURITY;

--: Row security is not forced, and the application belongs to the owner
ALTER TABLE shared_schema.identity_user NO FORCE ROW LEVEL SECURITY;
GRANT shop_shared_schema_owner TO shop_shared_schema_app;

--: Row security is not forced
ALTER TABLE shared_schema.identity_user NO FORCE ROW LEVEL SECURITY;

--: The application owns its tables
GRANT CREATE ON SCHEMA shared_schema TO shop_shared_schema_app;
ALTER TABLE shared_schema.identity_user NO FORCE ROW LEVEL SECURITY;
ALTER TABLE shared_schema.identity_user OWNER TO shop_shared_schema_app;

--: The application has BYPASSRLS
ALTER ROLE shop_shared_schema_app BYPASSRLS;

--: The application is SUPERUSER
ALTER ROLE shop_shared_schema_app SUPERUSER;

--: The application has CREATEROLE
ALTER ROLE shop_shared_schema_app CREATEROLE;

--: The application may read all data
GRANT pg_read_all_data TO shop_shared_schema_app;

--: The owner may log in
ALTER ROLE shop_shared_schema_owner LOGIN;

--: The policy is for SELECT only
DROP POLICY identity_user_tenant ON shared_schema.identity_user;
CREATE POLICY identity_user_tenant ON shared_schema.identity_user AS RESTRICTIVE FOR SELECT TO PUBLIC
  USING (tenant_id = (SELECT shared_schema.current_tenant()));

--: The policy checks what is read but not what is written
ALTER POLICY identity_user_tenant ON shared_schema.identity_user WITH CHECK (true);

--: The policy has a way out
ALTER POLICY identity_user_tenant ON shared_schema.identity_user
  USING (tenant_id = (SELECT shared_schema.current_tenant()) OR email = '2 attacks');

--: The policy holds for the application only
ALTER POLICY identity_user_tenant ON shared_schema.identity_user TO shop_shared_schema_app;

--: The policy is permissive, and there is another
DROP POLICY identity_user_tenant ON shared_schema.identity_user;
DROP POLICY identity_user_all ON shared_schema.identity_user;
CREATE POLICY identity_user_tenant ON shared_schema.identity_user
  USING (tenant_id = (SELECT shared_schema.current_tenant()));
CREATE POLICY support ON shared_schema.identity_user FOR SELECT USING (true);

--: One table has no policy of the tenant
DROP POLICY payments_payment_tenant ON shared_schema.payments_payment;

--: A new table has a tenant but no row security
CREATE TABLE shared_schema.note (
  tenant_id text NOT NULL DEFAULT shared_schema.current_tenant() REFERENCES shared_schema.tenant (id), note text NOT NULL,
  PRIMARY KEY (tenant_id, note)
);
ALTER TABLE shared_schema.note OWNER TO shop_shared_schema_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_schema.note TO shop_shared_schema_app;

--: A new table has no tenant
CREATE TABLE shared_schema.note (note text PRIMARY KEY);
ALTER TABLE shared_schema.note OWNER TO shop_shared_schema_owner;
GRANT SELECT, INSERT ON shared_schema.note TO shop_shared_schema_app;

--: The tenant function returns NULL without a tenant
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '') $$;

--: The tenant function takes the setting as it is
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT current_setting('app.tenant_id') $$;

--: The tenant function is IMMUTABLE
ALTER FUNCTION shared_schema.current_tenant() IMMUTABLE;

--: The tenant function has a default tenant
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT coalesce(nullif(current_setting('app.tenant_id', true), ''), 'startup-001') $$;

--: The tenant function remembers the tenant of an earlier transaction
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog
  AS $$
BEGIN
  IF coalesce(current_setting('app.tenant_id', true), '') <> '' THEN
    RETURN set_config('app.last_tenant_id', current_setting('app.tenant_id'), false);
  ELSIF coalesce(current_setting('app.last_tenant_id', true), '') <> '' THEN
    RETURN current_setting('app.last_tenant_id');
  END IF;
  RAISE SQLSTATE '42501';
END
$$;

--: The tenant function can be given another meaning by the search path
ALTER FUNCTION shared_schema.current_tenant() RESET ALL;

--: Sessions begin with a tenant
ALTER ROLE shop_shared_schema_app SET app.tenant_id = 'startup-001';

--: The tenant of a new row is a fixed one
ALTER TABLE shared_schema.identity_user ALTER tenant_id SET DEFAULT 'startup-001';

--: A row may have no tenant
ALTER TABLE shared_schema.payments_payment DROP CONSTRAINT payments_payment_pkey;
ALTER TABLE shared_schema.payments_payment ALTER tenant_id DROP NOT NULL;

--: The primary key has no tenant
ALTER TABLE shared_schema.payments_payment DROP CONSTRAINT payments_payment_pkey;
ALTER TABLE shared_schema.payments_payment ADD PRIMARY KEY (payment_id);

--: An address is unique among all tenants
ALTER TABLE shared_schema.identity_user ADD CONSTRAINT email_key UNIQUE (email);

--: An address in lower case is unique among all tenants
CREATE UNIQUE INDEX email_key ON shared_schema.identity_user (lower(email));

--: Some addresses are unique among all tenants
CREATE UNIQUE INDEX email_key ON shared_schema.identity_user (email) WHERE active;

--: Addresses exclude one another among all tenants
ALTER TABLE shared_schema.identity_user ADD CONSTRAINT email_key EXCLUDE USING btree (email WITH =);

--: A foreign key has no tenant
ALTER TABLE shared_schema.ordering_order ADD CONSTRAINT order_key UNIQUE (order_id);
ALTER TABLE shared_schema.ordering_order_line DROP CONSTRAINT ordering_order_line_order_id_fkey;
ALTER TABLE shared_schema.ordering_order_line ADD FOREIGN KEY (order_id) REFERENCES shared_schema.ordering_order (order_id);

--: A foreign key leads to another schema
ALTER TABLE shared_schema.ordering_order ADD FOREIGN KEY (customer_id) REFERENCES acme_schema.identity_user (user_id);

--: GRANT ALL on one table
GRANT ALL ON shared_schema.ordering_order TO shop_shared_schema_app;

--: GRANT TRUNCATE on one table
GRANT TRUNCATE ON acme_schema.ordering_order_line TO shop_acme_schema_app;

--: The application may pass on its rights
GRANT SELECT ON shared_schema.ordering_order TO shop_shared_schema_app WITH GRANT OPTION;

--: The application may change the audit trail
GRANT UPDATE, DELETE ON shared_schema.audit TO shop_shared_schema_app;

--: The trigger that keeps the audit trail is disabled
ALTER TABLE shared_schema.audit DISABLE TRIGGER keep;

--: The trigger that keeps the audit trail is gone
DROP TRIGGER keep ON shared_schema.audit;

--: The application may read the names of the tenants
GRANT SELECT ON shared_schema.tenant TO shop_shared_schema_app;

--: The relay may read what the application stores
GRANT SELECT ON shared_schema.identity_user TO shop_shared_schema_relay;

--: The application may set the numbers of messages
GRANT USAGE, UPDATE ON SEQUENCE shared_schema.outbox__position TO shop_shared_schema_app;

--: A view of a superuser reads with his rights
CREATE VIEW shared_schema.everybody AS SELECT tenant_id, user_id FROM shared_schema.identity_user;
GRANT SELECT ON shared_schema.everybody TO shop_shared_schema_app;

--: A view of a superuser in another schema counts all tenants
CREATE SCHEMA reports;
CREATE VIEW reports.numbers AS SELECT count(*) FROM shared_schema.identity_user;
GRANT USAGE ON SCHEMA reports TO shop_shared_schema_report;
GRANT SELECT ON reports.numbers TO shop_shared_schema_report;

--: A report view has lost security_invoker
ALTER VIEW shared_schema.identity_user__report RESET (security_invoker);

--: A materialised view
CREATE MATERIALIZED VIEW shared_schema.everybody AS SELECT tenant_id, user_id FROM shared_schema.identity_user;
ALTER MATERIALIZED VIEW shared_schema.everybody OWNER TO ggen;
GRANT SELECT ON shared_schema.everybody TO shop_shared_schema_report;

--: A SECURITY DEFINER function of a superuser
CREATE FUNCTION shared_schema.users() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
  AS $$ SELECT count(*) FROM shared_schema.identity_user $$;

--: A SECURITY DEFINER function in another schema
CREATE SCHEMA tools;
GRANT USAGE ON SCHEMA tools TO PUBLIC;
CREATE FUNCTION tools.mail_of(customer text) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
  AS $$ SELECT email FROM shared_schema.identity_user WHERE user_id = customer OR customer = '1 attacks' $$;

--: A function that takes itself for leakproof
CREATE FUNCTION shared_schema.shout(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 LEAKPROOF SET search_path = pg_catalog
  AS $$ BEGIN RAISE '%', $1; END $$;
ALTER FUNCTION shared_schema.shout OWNER TO ggen;

--: A partition can be reached directly
CREATE TABLE shared_schema.visit (
  tenant_id text NOT NULL DEFAULT shared_schema.current_tenant(), day date NOT NULL, PRIMARY KEY (tenant_id, day)
) PARTITION BY RANGE (day);
CREATE TABLE shared_schema.visit_2026 PARTITION OF shared_schema.visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE shared_schema.visit OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.visit_2026 OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.visit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY visit_all ON shared_schema.visit USING (true);
CREATE POLICY visit_tenant ON shared_schema.visit AS RESTRICTIVE USING (tenant_id = (SELECT shared_schema.current_tenant()))
  WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant()));
GRANT SELECT, INSERT ON shared_schema.visit, shared_schema.visit_2026 TO shop_shared_schema_app;

--: The pooled application may read the schema of a silo
GRANT USAGE ON SCHEMA acme_schema TO shop_shared_schema_app;
GRANT SELECT ON acme_schema.identity_user TO shop_shared_schema_app;

--: The application of a silo may use the pooled schema
GRANT USAGE ON SCHEMA shared_schema TO shop_acme_schema_app;

--: One application belongs to the role of another
GRANT shop_acme_schema_app TO shop_shared_schema_app;

--: One application belongs to the role of another through a group
CREATE ROLE shop_group NOLOGIN;
GRANT shop_acme_schema_app TO shop_group;
GRANT shop_group TO shop_shared_schema_app;

--: Everyone may use a schema and read its tables
GRANT USAGE ON SCHEMA acme_schema TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA acme_schema TO PUBLIC;

--: Everyone may execute a new function
CREATE FUNCTION shared_schema.twice(bigint) RETURNS bigint LANGUAGE sql SET search_path = pg_catalog AS $$ SELECT 2 * $1 $$;
ALTER FUNCTION shared_schema.twice OWNER TO shop_shared_schema_owner;

--: A stranger has a right on a table
CREATE ROLE shop_stranger LOGIN;
GRANT USAGE ON SCHEMA shared_schema TO shop_stranger;
GRANT SELECT ON shared_schema.identity_user TO shop_stranger;

--: Whatever the owner creates, another application may read
ALTER DEFAULT PRIVILEGES FOR ROLE shop_acme_schema_owner IN SCHEMA acme_schema GRANT SELECT ON TABLES TO shop_shared_schema_app;

--: Public comes first in the search path, and everyone may create there
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;
DO $$ BEGIN
  EXECUTE format('ALTER ROLE shop_shared_schema_app IN DATABASE %I SET search_path = public, shared_schema', current_database());
END $$;

--: The search path is the default one
DO $$ BEGIN
  EXECUTE format('ALTER ROLE shop_shared_schema_app IN DATABASE %I RESET search_path', current_database());
END $$;

--: Everyone may create temporary tables
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$;

--: A trigger of another schema
CREATE TABLE public.copies (stolen text);
GRANT INSERT ON public.copies TO PUBLIC;
CREATE FUNCTION public.steal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO public.copies VALUES (NEW::text); RETURN NEW; END $$;
CREATE TRIGGER planted AFTER INSERT ON shared_schema.identity_user FOR EACH ROW EXECUTE FUNCTION public.steal();

--: A rule
CREATE RULE planted AS ON INSERT TO shared_schema.identity_user DO ALSO
  DELETE FROM shared_schema.payments_payment WHERE payment_id = NEW.user_id;

--: The checks of foreign keys are disabled
ALTER TABLE shared_schema.ordering_order_line DISABLE TRIGGER ALL;

--: A publication of all tables
CREATE PUBLICATION everything FOR ALL TABLES;

--: An event trigger
CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION public.watch();

--: A foreign server that the application may use
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
GRANT USAGE ON FOREIGN SERVER elsewhere TO shop_shared_schema_app;

--: A large object that everyone may read
DO $$ BEGIN
  PERFORM lo_create(4711);
  GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
END $$;

--: Everyone may create large objects
GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC;

--: Everyone may connect
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$;

--: The application may switch triggers off
GRANT SET ON PARAMETER session_replication_role TO shop_shared_schema_app;

--: The application may read the statistics of all values
GRANT SELECT ON pg_catalog.pg_statistic TO shop_acme_schema_app;

--: Everyone may read the hashes of passwords
GRANT SELECT ON pg_authid TO PUBLIC;

--: The application may read one column of the hashes of passwords
GRANT SELECT (rolpassword) ON pg_authid TO shop_shared_schema_app;

--: The application may read files
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO shop_shared_schema_app;

--: The application may list folders
GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO shop_shared_schema_app;

--: The application may look at files
GRANT EXECUTE ON FUNCTION pg_stat_file(text) TO shop_shared_schema_app;

--: The application may write files
GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO shop_shared_schema_app;

--: The application may read where long values are kept
DO $$ BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA pg_toast TO shop_shared_schema_app; GRANT SELECT ON %s TO shop_shared_schema_app',
    (SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'shared_schema.outbox'::regclass));
END $$;

--: A SECURITY DEFINER function among those of PostgreSQL
CREATE FUNCTION pg_catalog.users() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
  AS $$ SELECT count(*) FROM shared_schema.identity_user $$;

--: One of PostgreSQL's functions has become SECURITY DEFINER
ALTER FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) SECURITY DEFINER;

--: A function works in the name of whom it is told
CREATE FUNCTION shared_schema.users(whose text) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM set_config('app.tenant_id', whose, true);
  RETURN (SELECT count(*) FROM shared_schema.identity_user);
END $$;
ALTER FUNCTION shared_schema.users OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.users FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.users TO shop_shared_schema_app;

--: A function works in the name of the first of whom it is told
CREATE FUNCTION shared_schema.users(VARIADIC whose text[]) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM set_config('app.tenant_id', whose[1], true);
  RETURN (SELECT count(*) FROM shared_schema.identity_user);
END $$;
ALTER FUNCTION shared_schema.users OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.users FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.users TO shop_shared_schema_app;

--: A function works in the name of whom it is told, whose setting is put together
CREATE FUNCTION shared_schema.users(whose text) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  EXECUTE format('SET LOCAL "app.%s" = %L', 'tenant' || '_id', whose);
  RETURN (SELECT count(*) FROM shared_schema.identity_user);
END $$;
ALTER FUNCTION shared_schema.users OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.users FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.users TO shop_shared_schema_app;

--: A function leaves another tenant behind
CREATE FUNCTION shared_schema.support() RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  EXECUTE format('SET LOCAL "app.%s" = %L', 'tenant' || '_id', 'startup-001');
  RETURN true;
END $$;
ALTER FUNCTION shared_schema.support OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.support FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.support TO shop_shared_schema_app;

--: A function has a tenant in its definition
CREATE FUNCTION shared_schema.users() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog
  SET app.tenant_id = 'startup-001' AS $$ SELECT count(*) FROM shared_schema.identity_user $$;
ALTER FUNCTION shared_schema.users OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.users FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.users TO shop_shared_schema_app;

--: A function takes an advisory lock for a tenant
CREATE FUNCTION shared_schema.in_turn() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id, 0));
  RETURN NEW;
END $$;
ALTER FUNCTION shared_schema.in_turn OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.in_turn FROM PUBLIC;
CREATE TRIGGER in_turn BEFORE INSERT ON shared_schema.identity_user FOR EACH ROW EXECUTE FUNCTION shared_schema.in_turn();

--: The tenant function takes upper case for lower case
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant text := lower(current_setting('app.tenant_id', true));
BEGIN
  IF tenant IS NULL OR tenant = '' THEN
    RAISE EXCEPTION 'tenant context is not set' USING ERRCODE = '42501';
  END IF;
  RETURN tenant;
END $$;

--: The tenant function knows a second setting
CREATE OR REPLACE FUNCTION shared_schema.current_tenant() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant text := coalesce(nullif(current_setting('app.impersonate', true), ''), current_setting('app.tenant_id', true));
BEGIN
  IF tenant IS NULL OR tenant = '' THEN
    RAISE EXCEPTION 'tenant context is not set' USING ERRCODE = '42501';
  END IF;
  RETURN tenant;
END $$;

--: The tenant function looks into public first
ALTER FUNCTION shared_schema.current_tenant() SET search_path = public, pg_temp, pg_catalog;

--: A new table takes different tenants for the same
CREATE COLLATION shared_schema.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE shared_schema.note (
  tenant_id text COLLATE shared_schema.loose NOT NULL DEFAULT shared_schema.current_tenant(), note uuid NOT NULL,
  PRIMARY KEY (tenant_id, note)
);
ALTER TABLE shared_schema.note OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY note_all ON shared_schema.note USING (true);
CREATE POLICY note_tenant ON shared_schema.note AS RESTRICTIVE USING (tenant_id = (SELECT shared_schema.current_tenant()))
  WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_schema.note TO shop_shared_schema_app;

--: A further restrictive policy tells what it looks at
CREATE FUNCTION shared_schema.checked(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 SET search_path = pg_catalog
  AS $$ BEGIN RAISE WARNING '%', $1; RETURN true; END $$;
ALTER FUNCTION shared_schema.checked OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.checked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.checked TO shop_shared_schema_app;
CREATE POLICY a ON shared_schema.identity_user AS RESTRICTIVE USING (shared_schema.checked(email));

--: A further restrictive policy fails on what it looks at
CREATE POLICY a ON shared_schema.identity_user AS RESTRICTIVE FOR SELECT USING (email::integer > 0);

--: Whatever somebody creates, the application may read
CREATE ROLE shop_stranger NOLOGIN;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_stranger GRANT SELECT ON TABLES TO shop_shared_schema_app;

--: Whatever somebody creates, everyone may read
CREATE ROLE shop_stranger NOLOGIN;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_stranger GRANT SELECT ON TABLES TO PUBLIC;

--: Reports show personal data
GRANT SELECT ON shared_schema.identity_user TO shop_shared_schema_report;

--: Reports show one column of personal data
GRANT SELECT (email) ON acme_schema.identity_user TO shop_acme_schema_report;

--: The relay may change messages
GRANT UPDATE ON shared_schema.outbox TO shop_shared_schema_relay;

--: The application may say that a message was published
GRANT INSERT ON acme_schema.outbox TO shop_acme_schema_app;

--: What keeps the audit trail lets changes pass
CREATE OR REPLACE FUNCTION shared_schema.audit_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$ BEGIN RETURN NULL; END $$;

--: The audit trail may have gaps
ALTER TABLE shared_schema.audit DROP CONSTRAINT audit__no_gap;

--: The audit trail may have forks
ALTER TABLE shared_schema.audit DROP CONSTRAINT audit__no_fork;

--: The hashes of the audit trail need not hold
ALTER TABLE acme_schema.audit DROP CONSTRAINT audit__entry_hash_holds;

--: The audit trail may begin anywhere
ALTER TABLE acme_schema.audit DROP CONSTRAINT audit__start;

--: The audit trail chains what it is given
CREATE OR REPLACE FUNCTION acme_schema.audit_append() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$ BEGIN RETURN NEW; END $$;

--: The hash of the audit trail is a constant
CREATE OR REPLACE FUNCTION shared_schema.audit_hash(prev_hash bytea, VARIADIC fields text[]) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp RETURN prev_hash;

--: A further trigger changes entries of the audit trail
CREATE FUNCTION shared_schema.tidy() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  NEW.user_id := 'nobody';
  RETURN NEW;
END $$;
ALTER FUNCTION shared_schema.tidy OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.tidy FROM PUBLIC;
CREATE TRIGGER tidy BEFORE INSERT ON shared_schema.audit FOR EACH ROW EXECUTE FUNCTION shared_schema.tidy();

--: Somebody belongs to the applications of two tenants
CREATE ROLE shop_group LOGIN;
GRANT shop_acme_schema_app, shop_shared_schema_app TO shop_group;

--: A function that fails on whatever it is asked
CREATE FUNCTION shared_schema.number(text) RETURNS integer LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT $1::integer $$;
ALTER FUNCTION shared_schema.number OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.number FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.number TO shop_shared_schema_app;

--: A table whose rows cannot be made up
CREATE TABLE shared_schema.note (
  tenant_id text NOT NULL DEFAULT shared_schema.current_tenant(), note pg_snapshot NOT NULL, number integer,
  PRIMARY KEY (tenant_id, number)
);
ALTER TABLE shared_schema.note OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY note_all ON shared_schema.note USING (true);
CREATE POLICY note_tenant ON shared_schema.note AS RESTRICTIVE USING (tenant_id = (SELECT shared_schema.current_tenant()))
  WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_schema.note TO shop_shared_schema_app;

--: No row can be added
CREATE FUNCTION shared_schema.closed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
  AS $$ BEGIN RETURN NULL; END $$;
ALTER FUNCTION shared_schema.closed OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.closed FROM PUBLIC;
CREATE TRIGGER closed BEFORE INSERT ON shared_schema.identity_user FOR EACH ROW EXECUTE FUNCTION shared_schema.closed();

--: The application has lost its rights, so that every attack fails
REVOKE USAGE ON SCHEMA shared_schema FROM shop_shared_schema_app, shop_shared_schema_relay, shop_shared_schema_report;

--: The schema is empty
DROP SCHEMA acme_schema CASCADE;
CREATE SCHEMA acme_schema AUTHORIZATION shop_acme_schema_owner;
GRANT USAGE ON SCHEMA acme_schema TO shop_acme_schema_app, shop_acme_schema_relay, shop_acme_schema_report;

--: harmless: a further permissive policy
CREATE POLICY support ON shared_schema.identity_user FOR SELECT USING (true);

--: harmless: a stranger who has no rights here
CREATE ROLE shop_stranger LOGIN SUPERUSER;

--: harmless: an extension whose functions everyone may call
CREATE EXTENSION pgcrypto SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;

--: harmless: an index and a check of one's own
CREATE INDEX email_idx ON shared_schema.identity_user (tenant_id, lower(email));
ALTER TABLE shared_schema.identity_user ADD CONSTRAINT email_check CHECK (email <> 'nobody@example.com');

--: harmless: a table that is protected like the others
CREATE TABLE shared_schema.note (
  tenant_id text NOT NULL DEFAULT shared_schema.current_tenant() REFERENCES shared_schema.tenant (id), note uuid NOT NULL,
  PRIMARY KEY (tenant_id, note)
);
ALTER TABLE shared_schema.note OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY note_all ON shared_schema.note USING (true);
CREATE POLICY note_tenant ON shared_schema.note AS RESTRICTIVE USING (tenant_id = (SELECT shared_schema.current_tenant()))
  WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_schema.note TO shop_shared_schema_app;

--: harmless: a further restrictive policy that tells nothing
CREATE POLICY only_active ON shared_schema.identity_user AS RESTRICTIVE FOR SELECT USING (active);

--: harmless: a stranger may look at files
CREATE ROLE shop_stranger LOGIN;
GRANT EXECUTE ON FUNCTION pg_stat_file(text) TO shop_stranger;

--: harmless: a constraint, an index and a column of one's own in the outbox
ALTER TABLE shared_schema.outbox ADD COLUMN trace text, ADD CONSTRAINT trace_length CHECK (length(trace) < 100);
CREATE INDEX trace_idx ON shared_schema.outbox (tenant_id, trace);

--: harmless: a table with columns of all kinds
CREATE DOMAIN shared_schema.code AS varchar(4) CHECK (VALUE ~ '^[A-Z]+$');
CREATE DOMAIN shared_schema.codes AS shared_schema.code CHECK (length(VALUE) > 1);
CREATE TYPE shared_schema.size AS (width integer, code shared_schema.code);
CREATE TABLE shared_schema.thing (
  tenant_id text NOT NULL DEFAULT shared_schema.current_tenant() REFERENCES shared_schema.tenant (id), short varchar(8) NOT NULL,
  fixed char(3) NOT NULL, place point NOT NULL, area box NOT NULL, way path NOT NULL, round circle NOT NULL, straight line NOT NULL,
  bits bit(3) NOT NULL, more_bits varbit NOT NULL, code shared_schema.codes NOT NULL, size shared_schema.size NOT NULL,
  share numeric(3, 2) NOT NULL, thousands numeric(3, -3) NOT NULL, span tstzrange NOT NULL, spans int4multirange NOT NULL,
  names varchar(4)[] NOT NULL, mac macaddr NOT NULL, log pg_lsn NOT NULL, words tsvector NOT NULL, search tsquery NOT NULL,
  path jsonpath NOT NULL, doc xml NOT NULL, price money NOT NULL, net cidr NOT NULL, later timestamp(0) NOT NULL,
  odd pg_snapshot, PRIMARY KEY (tenant_id, short), UNIQUE (tenant_id, code), UNIQUE (tenant_id, span), CHECK (share > 7)
);
ALTER TABLE shared_schema.thing OWNER TO shop_shared_schema_owner;
ALTER TABLE shared_schema.thing ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY thing_all ON shared_schema.thing USING (true);
CREATE POLICY thing_tenant ON shared_schema.thing AS RESTRICTIVE USING (tenant_id = (SELECT shared_schema.current_tenant()))
  WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_schema.thing TO shop_shared_schema_app;

--: harmless: functions that refuse, that read, and that take anything
CREATE FUNCTION shared_schema.refuse(why text) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog
  AS $$ BEGIN RAISE EXCEPTION 'not now: %', why; END $$;
CREATE FUNCTION shared_schema.mails(VARIADIC text[]) RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT email FROM shared_schema.identity_user WHERE user_id = ANY ($1) $$;
CREATE FUNCTION shared_schema.same(anyelement, anyarray) RETURNS anyelement LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $$ SELECT $1 $$;
ALTER FUNCTION shared_schema.refuse OWNER TO shop_shared_schema_owner;
ALTER FUNCTION shared_schema.mails OWNER TO shop_shared_schema_owner;
ALTER FUNCTION shared_schema.same OWNER TO shop_shared_schema_owner;
REVOKE ALL ON FUNCTION shared_schema.refuse, shared_schema.mails, shared_schema.same FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.refuse, shared_schema.mails, shared_schema.same TO shop_shared_schema_app;
