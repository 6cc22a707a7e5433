#!/bin/sh
# In a container: give Redis its configuration on standard input, so that no password is seen in
# an argument or lies in a file.
set -eu
REDIS_LISTEN_ADDRESS=0.0.0.0
REDIS_LISTEN_PORT=6379
REDIS_DATA_FOLDER=/data
# A variable of this shell's, which no program inherits.
REDIS_PASSWORD=$(cat /run/secrets/REDIS_PASSWORD)
REDIS_AUTHENTICATION="${REDIS_PASSWORD:+requirepass \"$REDIS_PASSWORD\"}"

# The template's ${NAME} are filled in by the shell; set -u stops at one that has no value.
configuration=$(eval "cat <<END
$(cat /config/redis.conf)
END")

# Without a password, the protected mode would refuse everyone outside the container: who may
# connect is what the network and the published ports say.
exec redis-server - <<END
$configuration
protected-mode no
END
