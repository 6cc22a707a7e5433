#!/bin/sh
# Same as: inv verify.celery
cd "$(dirname "$0")/.." || exit 1
[ -x .venv/bin/inv ] || { echo "error: the toolkit is not installed here (.venv is missing)" >&2
    echo "  do:  ./scripts/start-infrastructure.sh" >&2; exit 1; }
exec .venv/bin/inv verify.celery "$@"
