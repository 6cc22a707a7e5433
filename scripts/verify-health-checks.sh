#!/bin/sh
# Same as: inv verify.health
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify.health "$@"
