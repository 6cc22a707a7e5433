#!/bin/sh
# Same as: inv verify.cache
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify.cache "$@"
