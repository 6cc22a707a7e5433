#!/bin/sh
# What each component and process says of its health (with Docker: what Docker says), then proofs.
cd "$(dirname "$0")/.." || exit 1
[ -x .venv/bin/inv ] || { echo "error: the toolkit is not installed here (.venv is missing)" >&2
    echo "  do:  ./scripts/start-infrastructure.sh" >&2; exit 1; }
.venv/bin/inv infra.status && .venv/bin/inv services.status && exec .venv/bin/inv verify.health "$@"
