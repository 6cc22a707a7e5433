-- In a container, on an empty volume: provision.sql with what the container was given. The services'
-- roles follow on psql's standard input (entrypoint.sh).
\set database `printenv POSTGRES_DB`
\set superuser `printenv POSTGRES_USER`
\set statement_timeout `printenv DB_STATEMENT_TIMEOUT`
\set superuser_password `cat /run/secrets/POSTGRES_PASSWORD`
\ir provision.sql
