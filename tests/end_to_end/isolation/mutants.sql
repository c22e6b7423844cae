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

--: The application may switch triggers off
GRANT SET ON PARAMETER session_replication_role TO shop_shared_schema_app;

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
