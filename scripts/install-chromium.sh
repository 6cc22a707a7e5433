#!/bin/sh
# For `nox -s journeys` and `nox -s screens`: Debian's Chromium, where it is missing.
set -eu
if command -v chromium >/dev/null; then
    exit 0
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if ! command -v apt-get >/dev/null; then
    echo "error: Chromium is missing, and this script installs it on Debian only" >&2
    echo "  do:  install it so that \`chromium\` is on the PATH" >&2
    exit 1
fi
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
