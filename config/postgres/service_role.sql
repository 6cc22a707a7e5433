-- One service's role, with a schema of the same name that no other role sees.
SELECT format('CREATE ROLE %I', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
CREATE SCHEMA IF NOT EXISTS :"role" AUTHORIZATION :"role";
-- Settings of the role hold through PgBouncer, which refuses them as startup parameters.
ALTER ROLE :"role" IN DATABASE :"database" SET search_path = :"role";
SELECT format('ALTER ROLE %I IN DATABASE %I SET statement_timeout = %L',
              :'role', :'database', :'statement_timeout' || 's') \gexec
