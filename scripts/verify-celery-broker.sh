#!/bin/sh
# Same as: inv verify.celery
cd "$(dirname "$0")/.." && exec .venv/bin/inv verify.celery "$@"
