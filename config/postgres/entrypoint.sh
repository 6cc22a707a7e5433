#!/bin/sh
# In a container: make the cluster on an empty volume, then become PostgreSQL. No password is in an
# argument or in the environment.
set -eu
for file in /run/secrets/POSTGRES_PASSWORD /run/secrets/*_SERVICE_DB_PASSWORD; do
    [ -s "$file" ] || { echo "${file##*/} is missing in .env" >&2; exit 1; }
done

start="-c config_file=/config/postgresql.conf -c unix_socket_directories=$PGHOST"

# What another major version made, this one cannot read: say so, and what helps.
major=$(postgres --version | cut -d' ' -f3 | cut -d. -f1)
made_by=$(cat "$PGDATA/PG_VERSION" 2>/dev/null || true)
if [ "${made_by:-$major}" != "$major" ]; then
    echo "The volume postgres_data was made by PostgreSQL $made_by, and PostgreSQL $major cannot read it." >&2
    echo "Dump it with the image postgres:$made_by (pg_dumpall), keep a copy of the volume," >&2
    echo "then: inv infra.down --volumes; inv infra.up; and restore the dump with inv infra.psql." >&2
    exit 1
fi

# What psql is to do for each service. USER_SERVICE_DB_PASSWORD is the password of the role user_service.
service_roles() {
    for file in /run/secrets/*_SERVICE_DB_PASSWORD; do
        name=${file##*/}
        role=$(echo "${name%_DB_PASSWORD}" | tr '[:upper:]' '[:lower:]')
        # shellcheck disable=SC2016 # psql runs `cat`
        printf '\\set role %s\n\\set password `cat %s`\n\\i /config/service_role.sql\n' "$role" "$file"
    done
}

# Only a finished cluster gets the place that counts; its PG_VERSION comes last. What was interrupted
# before is begun anew, what was interrupted on its way there goes on.
new=$PGDATA/unfinished
make_cluster() {
    if ! [ -e "$new/finished" ]; then
        rm -rf "$new"
        initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile=/run/secrets/POSTGRES_PASSWORD \
            --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
            --auth-local=trust --auth-host=scram-sha-256
        echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
        # On its socket only: nobody takes it for ready.
        pg_ctl --pgdata="$new" --wait --options="$start -c listen_addresses=''" start
        service_roles | psql --no-psqlrc --quiet --username="$POSTGRES_USER" --dbname=postgres \
            --file=/config/initialise.sql --file=-
        pg_ctl --pgdata="$new" --wait --mode=fast stop
        : >"$new/finished"
    fi
    find "$new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION ! -name finished -exec mv -t "$PGDATA" {} +
    mv "$new/PG_VERSION" "$PGDATA"
    rm -r "$new"
    chmod 700 "$PGDATA" # as initdb leaves its folder
    echo "The cluster is made; ready for start up."
}

if ! [ -s "$PGDATA/PG_VERSION" ]; then
    # Who waits hears a signal at once; what is unfinished may be killed.
    trap 'kill -s KILL -- -1; exit 143' INT TERM
    make_cluster &
    wait $!
    trap - INT TERM
fi
# shellcheck disable=SC2086 # words of ours
exec postgres $start -c listen_addresses='*'
