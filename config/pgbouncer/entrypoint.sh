#!/bin/sh
# In a container: make PgBouncer's configuration from the environment and the secrets, then become PgBouncer.
set -eu
umask 077
# The volume belongs to the account of the image that made it, which may have been another one.
folder=/etc/pgbouncer
[ -w $folder ] || folder=/tmp

PGBOUNCER_LISTEN_ADDRESS=0.0.0.0
PGBOUNCER_LISTEN_PORT=6432
PGBOUNCER_AUTH_FILE=$folder/userlist.txt
POSTGRES_HOST=postgres

# The template's ${NAME} are filled in by the shell; set -u stops at one that has no value.
eval "cat <<END
$(cat /config/pgbouncer.ini.example)
END" >$folder/pgbouncer.ini

# A required secret; nothing that is started here gets one by its environment or an argument.
secret() {
    [ -s "/run/secrets/$1" ] || { echo "$1 is missing in .env" >&2; exit 1; }
    cat "/run/secrets/$1"
}

postgres_password=$(secret POSTGRES_PASSWORD)
admin_password=$(cat /run/secrets/PGBOUNCER_PASSWORD)
: "${admin_password:=$postgres_password}"
{
    printf '"%s" "%s"\n' "$PGBOUNCER_USER" "$admin_password"
    [ "$POSTGRES_USER" = "$PGBOUNCER_USER" ] ||
        printf '"%s" "%s"\n' "$POSTGRES_USER" "$postgres_password"
    # USER_SERVICE_DB_PASSWORD is the password of the role user_service.
    for file in /run/secrets/*_SERVICE_DB_PASSWORD; do
        name=${file##*/}
        role=$(echo "${name%_DB_PASSWORD}" | tr '[:upper:]' '[:lower:]')
        password=$(secret "$name")
        printf '"%s" "%s"\n' "$role" "$password"
    done
} >"$PGBOUNCER_AUTH_FILE"

# The image that the specification names has it in /opt.
PATH=$PATH:/usr/sbin:/opt/pgbouncer
exec pgbouncer $folder/pgbouncer.ini
