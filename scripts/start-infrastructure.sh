#!/bin/sh
# From a bare machine to a running, proven system. Safe to run again.
set -eu
cd "$(dirname "$0")/.."

if [ "${1:-}" = "--help" ]; then
    echo "usage: scripts/start-infrastructure.sh"
    echo "Installs what is missing (apt packages, .venv), then runs: inv env.init, infra.up,"
    echo "migrate --all, services.up, verify, demo --if-empty. Nothing that is there is changed."
    echo "HDMS_ENGINE=embedded or =compose in the environment chooses the engine."
    exit 0
fi
if [ $# -gt 0 ]; then
    echo "error: unexpected argument '$1', see --help" >&2
    exit 2
fi

stop() {
    echo "error: $1" >&2
    echo "  do:  $2" >&2
    exit 1
}

# PostgreSQL and PgBouncer refuse to run as root: the account that runs them must get here.
require_passage() {
    folder=$PWD
    while [ "$folder" != / ]; do
        case $(stat -c %A "$folder") in
        *[xt]) folder=$(dirname "$folder") ;;
        *) stop "PostgreSQL refuses to run as root, and other accounts cannot enter $folder" \
            "move the checkout, e.g.: mv '$PWD' /srv/, or run this as an ordinary user" ;;
        esac
    done
}

is_python() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

missing_packages() {
    [ -n "$(find_python)" ] || echo python3 python3-venv
    PATH=$PATH:/usr/sbin command -v pgbouncer >/dev/null || echo pgbouncer
    command -v redis-server >/dev/null || echo redis-server
    PATH=$PATH:/usr/sbin command -v rabbitmq-server >/dev/null || echo rabbitmq-server
    PATH=$PATH:/usr/sbin command -v nginx >/dev/null || echo nginx
}

install_packages() {
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    if ! command -v apt-get >/dev/null; then
        stop "this script installs packages on Debian and Ubuntu only" \
            "install Python 3.11 or newer with venv, PgBouncer, Redis 7, RabbitMQ and nginx, then run it again"
    fi
    if [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
        stop "installing packages needs root" "as root: apt-get install $*"
    fi
    echo "Installing with apt: $*"
    # The packages' own daemons must neither start now and take the ports, nor at the next boot.
    guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
        $as_root chmod 755 "$guard"
        trap '$as_root rm -f "$guard"' EXIT
        trap 'exit 130' INT TERM
    fi
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    for package in "$@"; do
        case $package in
        pgbouncer | redis-server | rabbitmq-server | nginx)
            if command -v systemctl >/dev/null; then
                $as_root systemctl disable --quiet "$package" 2>/dev/null || true
            fi
            ;;
        esac
    done
}

[ "$(id -u)" != 0 ] || require_passage

packages=$(missing_packages)
if [ -n "$packages" ] && ! command -v apt-get >/dev/null && docker info >/dev/null 2>&1; then
    echo "Not installed: $packages (Docker runs the stack; the tests need them)"
elif [ -n "$packages" ]; then
    # shellcheck disable=SC2086 # one word per package
    install_packages $packages
fi

python=$(find_python)
[ -n "$python" ] || stop "Python 3.11 or newer with its venv module was not found" \
    "install it (this distribution's python3 is $(python3 --version 2>&1)), then run this again"

lock=services/requirements.lock
wanted=$(cat $lock pyproject.toml | sha256sum)
if [ ! -x .venv/bin/inv ] || [ "$(cat .venv/hdms-requirements.sha256 2>/dev/null)" != "$wanted" ]; then
    echo "Installing the toolkit into .venv ($("$python" --version))"
    "$python" -m venv .venv
    sed -n '/^uv==/,/# via/p' $lock | .venv/bin/pip install --quiet --disable-pip-version-check \
        --require-hashes --requirement /dev/stdin
    .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python \
        --require-hashes --constraints $lock --requirements pyproject.toml
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .
    echo "$wanted" >.venv/hdms-requirements.sha256
fi

.venv/bin/inv env.init
.venv/bin/inv infra.up
.venv/bin/inv migrate --all
.venv/bin/inv services.up
.venv/bin/inv verify
.venv/bin/inv demo --if-empty
