#!/bin/sh
# Same as: inv verify
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify "$@"
