#!/bin/sh
# In a container, on an empty volume: make the roles and schemas (the image made the database).
set -eu
psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file /config/provision.sql
