"""Secrets on their way into containers: always as files in /run/secrets.

Compose makes them of `.env`. It cannot do so where a container may not be written to, which is why
production mounts files instead, that are written here.
"""

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT, VARIABLES

if TYPE_CHECKING:
    from docker.models.containers import Container

FOLDER = "/run/secrets"
# As a container's own account: what its programs were given, whatever the files say by now.
# A busy engine may lose the beginning, or all, of what a program printed that ended at once.
_FIRST, _LAST, _TRIES = "first\n", "last\n", 3
_SHOW = f"""
printf '{_FIRST}'
if cd {FOLDER} 2>/dev/null; then for name in *; do echo "$name $(cat "$name")"; done; fi
printf '{_LAST}'
"""


def stale_files(environment: Environment) -> list[Path]:
    """Return the files that docker-compose.prod.yml mounts and that do not say what `.env` says."""
    wanted = _files(environment) if environment.in_production else {}
    return [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]


def write_files(environment: Environment) -> None:
    """Write those; a container that has the former keeps it until it is started again."""
    for path in stale_files(environment):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, _files(environment)[path])
        # For the containers' accounts; on this machine nobody else gets into the folder.
        path.chmod(0o444)


def given_to(service: Mapping[str, Any], environment: Environment) -> dict[str, str]:
    """Return the secrets of a service of `docker compose config`: file in its folder -> value."""
    return {target: environment[name] for target, name in _names(service).items()}


def differing(
    container: "Container", service: Mapping[str, Any], environment: Environment
) -> set[str]:
    """Return the root variables of secrets that a running container was given otherwise."""
    from docker.errors import APIError

    names = _names(service)
    for _ in range(_TRIES):
        try:
            _, printed = container.exec_run(["sh", "-c", _SHOW])
        except APIError:
            return set(names.values())  # it has just ended: whoever starts it again gives all anew
        shown = printed.decode() if isinstance(printed, bytes) else ""
        if shown.startswith(_FIRST) and shown.endswith(_LAST):
            break
    else:
        return set()  # it is frozen, or ends: not known
    lines = (line.partition(" ") for line in shown.splitlines()[1:-1])
    has = {name: value for name, _, value in lines}
    wanted = given_to(service, environment)
    return {names[file] for file, value in wanted.items() if has.get(file, "") != value}


def put(containers: Iterable["Container"], values: Mapping[str, str]) -> None:
    """Give containers that are about to start their secrets, as Compose does at its own start."""
    for container in containers:
        if values and not container.attrs["HostConfig"]["ReadonlyRootfs"]:
            container.put_archive("/", _archive(values))


def _files(environment: Environment) -> dict[Path, str]:
    folder = environment.stack.state / "secrets"
    return {folder / v.name: environment[v.name] for v in VARIABLES[ROOT] if v.secret}


def _names(service: Mapping[str, Any]) -> dict[str, str]:
    """Return file in the folder -> root variable."""
    return {
        str(secret.get("target") or secret["source"]).removeprefix(f"{FOLDER}/"): secret["source"]
        for secret in service.get("secrets", ())
    }


def _archive(values: Mapping[str, str]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, value in values.items():
            content = value.encode()
            member = tarfile.TarInfo(f"{FOLDER}/{name}".removeprefix("/"))
            member.size, member.mode = len(content), 0o444
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()
