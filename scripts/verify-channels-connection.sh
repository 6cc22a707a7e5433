#!/bin/sh
# Same as: inv verify.channels
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify.channels "$@"
