#!/bin/sh
# In a container: make PgBouncer's configuration from the environment, then become PgBouncer.
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

admin_password=${PGBOUNCER_PASSWORD:-$POSTGRES_PASSWORD}
{
    printf '"%s" "%s"\n' "$PGBOUNCER_USER" "$admin_password"
    [ "$POSTGRES_USER" = "$PGBOUNCER_USER" ] ||
        printf '"%s" "%s"\n' "$POSTGRES_USER" "$POSTGRES_PASSWORD"
    # USER_SERVICE_DB_PASSWORD is the password of the role user_service.
    env | sed -n 's/^\([A-Z_]*_SERVICE\)_DB_PASSWORD=\(.*\)$/\1 \2/p' |
        while read -r role password; do
            printf '"%s" "%s"\n' "$(echo "$role" | tr '[:upper:]' '[:lower:]')" "$password"
        done
} >"$PGBOUNCER_AUTH_FILE"

# The image that the specification names has it in /opt.
PATH=$PATH:/usr/sbin:/opt/pgbouncer
exec pgbouncer $folder/pgbouncer.ini
