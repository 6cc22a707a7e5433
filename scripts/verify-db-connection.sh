#!/bin/sh
# Same as: inv verify.db
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify.db "$@"
