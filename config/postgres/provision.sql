-- Makes the database, roles and schemas what the environment says. Safe to run again.
-- psql reads the variables from its environment, so that no secret is an argument.
\set ON_ERROR_STOP on
\set QUIET on
-- Statements below hold passwords: none of them may reach the server's log.
SET log_min_error_statement = panic;
SET log_statement = none;
SET client_min_messages = warning;
\getenv database POSTGRES_DB
\getenv superuser POSTGRES_USER
\getenv superuser_password POSTGRES_PASSWORD
\getenv statement_timeout DB_STATEMENT_TIMEOUT

ALTER ROLE :"superuser" PASSWORD :'superuser_password';
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;

\connect :"database"
SET log_min_error_statement = panic;
SET log_statement = none;
SET client_min_messages = warning;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

\set role user_service
\getenv password USER_SERVICE_DB_PASSWORD
\ir service_role.sql
\set role ticket_service
\getenv password TICKET_SERVICE_DB_PASSWORD
\ir service_role.sql
\set role communication_service
\getenv password COMMUNICATION_SERVICE_DB_PASSWORD
\ir service_role.sql
\set role file_service
\getenv password FILE_SERVICE_DB_PASSWORD
\ir service_role.sql
\set role task_service
\getenv password TASK_SERVICE_DB_PASSWORD
\ir service_role.sql
