#!/bin/sh
# In a container: make nginx's configuration from the environment, then become nginx.
set -eu
: "${FRONTEND_LISTEN:=8080}" "${FRONTEND_ROOT:=/usr/share/nginx/html}"
: "${FRONTEND_TEMPORARY:=/tmp}" "${FRONTEND_RESOLVER=resolver 127.0.0.11 valid=2s;}"
export FRONTEND_LISTEN FRONTEND_ROOT FRONTEND_TEMPORARY FRONTEND_RESOLVER

names=
for name in FRONTEND_LISTEN FRONTEND_ROOT FRONTEND_TEMPORARY FRONTEND_RESOLVER \
    USER_SERVICE_ADDRESS TICKET_SERVICE_ADDRESS COMMUNICATION_SERVICE_ADDRESS \
    FILE_SERVICE_ADDRESS TASK_SERVICE_ADDRESS; do
    printenv "$name" >/dev/null || { echo "$name is not set: host:port is expected" >&2; exit 1; }
    names="$names \${$name}"
done

configuration=$FRONTEND_TEMPORARY/nginx.conf
# Only these: what else begins with $ is nginx's own.
envsubst "$names" </etc/nginx/nginx.conf.template >"$configuration"
exec nginx -e stderr -c "$configuration"
