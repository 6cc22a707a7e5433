#!/bin/sh
# In a container: make nginx's configuration from the environment, then become nginx.
set -eu
: "${FRONTEND_LISTEN:=8080}" "${FRONTEND_ROOT:=/usr/share/nginx/html}"
: "${FRONTEND_TEMPORARY:=/tmp}" "${FRONTEND_MEMORY:=/tmp}" # which is a tmpfs
: "${FRONTEND_BUFFERS:=/var/cache/nginx}" "${FRONTEND_RESOLVER=resolver 127.0.0.11 valid=2s;}"
# To nginx: who comes by a socket, on which it does not listen.
: "${FRONTEND_TRUSTED_PROXY:=unix:}"
export FRONTEND_TRUSTED_PROXY FRONTEND_LISTEN FRONTEND_ROOT FRONTEND_TEMPORARY FRONTEND_MEMORY FRONTEND_BUFFERS FRONTEND_RESOLVER

cd /etc/nginx
# Only what the templates have in capitals and braces: what else begins with $ is nginx's own.
names=$(grep -oh '\${[A-Z_]*}' *.conf.template | sort -u)
for name in $names; do
    name=${name#??} name=${name%?}
    printenv "$name" >/dev/null || { echo "$name is not set: host:port is expected" >&2; exit 1; }
done
for file in nginx.conf routes.conf identity.conf exchange.conf signed_in.conf; do
    envsubst "$names" <"$file.template" >"$FRONTEND_TEMPORARY/$file"
done

ulimit -n "$(ulimit -Hn)" # a file for each connection
export READY_FILE="$FRONTEND_TEMPORARY/ready"
echo 127.0.0.1 8080 >"$READY_FILE"
exec bash /guard.sh nginx -e stderr -c "$FRONTEND_TEMPORARY/nginx.conf"
