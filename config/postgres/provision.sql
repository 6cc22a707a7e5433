-- Makes the database what the environment says; service_role.sql, once for each service, its role and
-- schema. Safe to run again. psql gets the variables on its standard input (hdms/render.py), or
-- from initialise.sql and entrypoint.sh, so that no secret is an argument or in an environment.
\set ON_ERROR_STOP on
\set QUIET on
-- Statements below hold passwords: none of them may reach the server's log.
SET log_min_error_statement = panic;
SET log_statement = none;
SET client_min_messages = warning;

ALTER ROLE :"superuser" PASSWORD :'superuser_password';
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;

\connect :"database"
SET log_min_error_statement = panic;
SET log_statement = none;
SET client_min_messages = warning;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
