#!/bin/sh
# Same as: inv infra.down
cd "$(dirname "$0")/.." && exec .venv/bin/inv infra.down "$@"
