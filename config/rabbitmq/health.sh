#!/bin/bash
# In a container: log in by HTTP and ask whether AMQP is served. RabbitMQ's own diagnostics start
# an Erlang VM each time, for a second of a processor.
set -eu
account=$(printf '%s:%s' "$RABBITMQ_USER" "$(cat /run/secrets/RABBITMQ_PASSWORD)" | base64 --wrap=0)
exec 3<>/dev/tcp/127.0.0.1/15672
printf 'GET /api/health/checks/port-listener/5672 HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' "$account" >&3
grep --quiet '"status":"ok"' <&3
