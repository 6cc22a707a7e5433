#!/bin/sh
# In a container: give RabbitMQ its configuration and its account, which no argument shows.
set -eu
[ -s /run/secrets/RABBITMQ_PASSWORD ] || { echo "RABBITMQ_PASSWORD is missing in .env" >&2; exit 1; }
# A variable of this shell's, which no program inherits.
RABBITMQ_PASSWORD=$(cat /run/secrets/RABBITMQ_PASSWORD)
umask 077
folder=/tmp/rabbitmq # in memory
mkdir -p $folder
cd $folder

RABBITMQ_LISTEN_ADDRESS=0.0.0.0
RABBITMQ_LISTEN_PORT=5672
RABBITMQ_CLUSTER_NAME=hdms
RABBITMQ_MANAGEMENT_LISTEN_PORT=15672

# The templates' ${NAME} are filled in by the shell; set -u stops at one that has no value.
for file in rabbitmq.conf definitions.json; do
    eval "cat <<END
$(cat /config/$file)
END" >$file
done
cp /config/enabled_plugins /config/prepare /config/hdms_node.erl .

export RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf
export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/enabled_plugins
export RABBITMQ_MNESIA_BASE=/var/lib/rabbitmq/mnesia
export RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_LOGS=-
export ERL_CRASH_DUMP_SECONDS=0 # a dump would hold the password
export ERL_AFLAGS="-eval file:eval(prepare)"
# Erlang's distribution for `rabbitmqctl` in this container, and for nobody else.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-sname $RABBITMQ_NODENAME -kernel inet_dist_use_interface {127,0,0,1}"
export RUNNING_UNDER_SYSTEMD=true # the script becomes the VM instead of its parent

# Debian's program of this name changes account and folder; RabbitMQ's own script is beside it.
script=$(readlink -f "$(command -v rabbitmq-server)")
exec "$(dirname "$script")/rabbitmq-server"
