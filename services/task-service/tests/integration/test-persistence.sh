#!/bin/sh
# Tasks survive a restart of the API (spec 003, T048).
# usage: tests/integration/test-persistence.sh [COMMAND]
# COMMAND restarts the API, e.g. "docker compose restart task-service" or "inv infra.restart
# task-service". Without one, this starts and kills (-9) an API of its own on port 8011.
set -eu
cd "$(dirname "$0")/../.."

restart=${1:-}
url=${TASK_SERVICE_URL:-http://127.0.0.1:8001}
own=

stop() {
    echo "FAILED: $1" >&2
    exit 1
}

start_own() {
    WEB_PORT=8011 python -m src &
    own=$!
    wait_for_api
}

end_own() { [ -z "$own" ] || kill -9 "$own" 2>/dev/null || true; }

wait_for_api() {
    tries=0
    until curl -fsS "$url/health" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 120 ] || stop "no healthy answer from $url/health"
        sleep 0.5
    done
}

field() { python -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

if [ -z "$restart" ]; then
    url=http://127.0.0.1:8011
    trap end_own EXIT
    start_own
else
    wait_for_api
fi

answer=$(curl -fsS -X POST "$url/tasks" -d '{"circuit":"test"}' -H "Content-Type: application/json")
task=$(echo "$answer" | field task_id)
submitted=$(echo "$answer" | field submitted_at)
echo "submitted $task"

if [ -z "$restart" ]; then
    kill -9 "$own"
    wait "$own" 2>/dev/null || true
    start_own
else
    $restart
    wait_for_api
fi

found=$(curl -fsS "$url/tasks/$task") || stop "task $task is gone after the restart"
[ "$(echo "$found" | field submitted_at)" = "$submitted" ] || stop "submitted_at has changed"
[ "$(echo "$found" | field circuit)" = test ] || stop "the circuit has changed"
echo "PASSED: task $task survived the restart"
