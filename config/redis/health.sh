#!/bin/sh
# In a container: log in, where there is a password, and ask for a sign of life.
set -eu
password=$(cat /run/secrets/REDIS_PASSWORD)
printf '%s\n' "${password:+AUTH \"$password\"}" PING | redis-cli | grep -q PONG
