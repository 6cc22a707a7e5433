"""A new Django service: its folder, made of services/template, and its entry in the catalog."""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdms.catalog import SERVICES, WEB_SERVICES
from hdms.environment.env_file import EnvFile
from hdms.environment.schema import ROOT, VARIABLES
from hdms.errors import HdmsError, InvalidInput
from hdms.interruption import uninterrupted
from hdms.process import run
from hdms.service_tests import COMMON, TOOLKIT
from hdms.stack import PROJECT, Stack
from hdms.workspace import lock_command

TEMPLATE = PROJECT / "services" / "template"
CATALOG = PROJECT / "hdms" / "catalog.py"
PLACE = "{{ name }}"
"""What a name takes the place of, in the template."""
LONGEST_NAME = 30

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
WAIT_SECONDS = 30.0
"""For another terminal that makes one, too."""
_PORTS = range(1024, 65536)
_IN_CATALOG = re.compile(r"^        (\d{4,5}),$", re.MULTILINE)
_MARKER = "    # `inv service.new` adds its entries above this line.\n"
_ENTRY = """\
    Service(
        "{name}-service",
        {port},
        ("db", "cache", "events"),
        (
            Process("{name}-service", "web", _GUNICORN),
            Process("{name}-worker", "worker", _EVENTS),
        ),
        routes=("/api/{name}/",),
    ),
"""


def make(name: str, port: int | None = None) -> str:
    """Make the service: its folder, its entry in the catalog, and what is generated from that.

    Args:
        name: without "-service" behind it.
        port: on the loopback address of this machine; the first above those of other services
            if None.

    Returns:
        The name of the service.

    Raises:
        InvalidInput: the name or the port cannot be used; nothing was changed.
        HdmsError: something could not be written; nothing is left of the service.
    """
    name = name.removesuffix("-service")
    service = f"{name}-service"
    folder = PROJECT / "services" / service
    with _alone():
        _make(name, folder, port)
    return service


@contextmanager
def _alone() -> Iterator[None]:
    """Let one terminal at a time write the catalog.

    Raises:
        HdmsError: another one does for WAIT_SECONDS.
    """
    from filelock import FileLock, Timeout

    lock = PROJECT / ".hdms" / "service.new.lock"
    lock.parent.mkdir(mode=0o711, exist_ok=True)
    try:
        with FileLock(lock, timeout=WAIT_SECONDS):
            yield
    except Timeout:
        raise HdmsError("another inv service.new is at work", "wait for its end") from None


def _make(name: str, folder: Path, port: int | None) -> None:
    _require_name(name, folder)
    port = _usable_port(port)
    catalog = _catalog()
    if catalog.count(_MARKER) != 1:
        raise HdmsError(f"hdms/catalog.py has no line {_MARKER.strip()!r}", "put it back")
    try:
        copy_template(folder, name)
        entry = _ENTRY.format(name=name, port=port)
        CATALOG.write_text(catalog.replace(_MARKER, entry + _MARKER), encoding="utf-8")
        _renew()
    except BaseException:
        with uninterrupted():  # half undone would be worse
            shutil.rmtree(folder, ignore_errors=True)
            CATALOG.write_text(catalog, encoding="utf-8")
            _renew_generated()
        raise


def _require_name(name: str, folder: Path) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InvalidInput(
            f"{name!r} is no name for a service: expected up to {LONGEST_NAME} small letters, "
            "digits and single dashes, beginning with a letter"
        )
    service = folder.name
    if name in (COMMON, TOOLKIT):
        raise InvalidInput(
            f"{name!r} is no name for a service: inv test {name} runs other tests",
            "choose another name",
        )
    # Read anew: another terminal may have added one since.
    if service in (other.name for other in WEB_SERVICES) or f'"{service}"' in _catalog():
        raise InvalidInput(
            f"{service} exists already; nothing was changed",
            "where an earlier command was killed half-way: inv generate, nox -s lock",
        )
    if folder.exists():
        raise InvalidInput(
            f"services/{service} exists already; nothing was changed", "move it out of the way"
        )
    for other in SERVICES:
        if f"/api/{name}/" in other.routes:
            raise InvalidInput(f"/api/{name}/ leads to {other.name}", "choose another name")


def _usable_port(port: int | None) -> int:
    taken = _taken_ports()
    if port is None:
        port = min(service.default_port for service in SERVICES)
        while port in taken:
            port += 1
    if port not in _PORTS:
        raise InvalidInput(f"{port} is no port: expected {_PORTS.start} to {_PORTS.stop - 1}")
    if port in taken:
        raise InvalidInput(f"port {port} is {taken[port]}", "choose another port")
    return port


def _taken_ports() -> dict[int, str]:
    """Return port -> who has it: by default, in this checkout's `.env`, in the catalog by now."""
    variables = [v for v in VARIABLES[ROOT] if v.is_host_port and v.default]
    taken = {int(number): "a service made meanwhile" for number in _IN_CATALOG.findall(_catalog())}
    root_env = Stack.chosen().root_env
    values = EnvFile.read(root_env).values if root_env.exists() else {}
    given = ((v, values.get(v.name, "")) for v in variables)
    taken |= {int(value): f"{v.name} in .env" for v, value in given if value.isdecimal()}
    return taken | {int(v.default or 0): f"the default of {v.name}" for v in variables}


def _catalog() -> str:
    return CATALOG.read_text(encoding="utf-8")


def copy_template(folder: Path, name: str) -> None:
    """Make the folder of a service of this name."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(TEMPLATE, folder, ignore=ignored)
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(PLACE, name), encoding="utf-8")


def _renew() -> None:
    _renew_generated()
    # Its packages are those of other services: nothing but the list of who asks for them changes.
    run(lock_command(), cwd=PROJECT)


def _renew_generated() -> None:
    """Renew what is made from the catalog, in a process that reads the catalog anew."""
    run([sys.executable, "-m", "invoke", "--search-root", PROJECT, "generate"], cwd=PROJECT)
