"""What a container is made of, compared with its service as Compose's files define it now."""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdms.engines.compose.secrets import FOLDER

if TYPE_CHECKING:
    from docker.models.containers import Container

_HASH = "com.docker.compose.config-hash"
_ANONYMOUS = re.compile("[0-9a-f]{64}")  # a volume that only the image asks for
OTHERWISE = "docker-compose.yml"
NETWORKS = "its networks"

Defined = Mapping[str, Any]
"""A service, or the whole, as `docker compose config` prints it."""


def differing(container: "Container", service: Defined, whole: Defined, now: str) -> set[str]:
    """Return in words what a container was made of otherwise.

    Compose's hash tells whether, the comparison what. What can be changed in a container that
    runs, and so is in no hash, is compared always.

    Args:
        service: the container's own definition.
        whole: the definition of everything.
        now: the hash of the service as it is defined now.
    """
    changeable = _named(_changeable(container, service, whole))
    if container.labels.get(_HASH) == now:
        return changeable
    return changeable | _named(_fixed(container, service, whole)) or {OTHERWISE}


Pairs = Mapping[str, tuple[object, object]]
"""Word -> what the container has, what it should have."""


def _named(pairs: Pairs) -> set[str]:
    return {word for word, (has, wants) in pairs.items() if has != wants}


def _changeable(container: "Container", service: Defined, whole: Defined) -> Pairs:
    host, networks = container.attrs["HostConfig"], whole.get("networks", {})
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    has_limits = (host["Memory"] or 0, (host["NanoCpus"] or 0) / 1e9, host["PidsLimit"] or 0)
    return {
        NETWORKS: (
            set(container.attrs["NetworkSettings"]["Networks"]),
            {networks.get(n, {}).get("name", n) for n in service.get("networks") or {"default"}},
        ),
        "its limits": (
            has_limits,
            (
                int(limits.get("memory") or service.get("mem_limit") or 0),
                float(limits.get("cpus") or service.get("cpus") or 0),
                int(limits.get("pids") or service.get("pids_limit") or 0),
            ),
        ),
        "its restart policy": (
            host["RestartPolicy"]["Name"],
            service.get("restart", "no").partition(":")[0],
        ),
    }


def _fixed(container: "Container", service: Defined, whole: Defined) -> Pairs:
    own, host = container.attrs["Config"], container.attrs["HostConfig"]
    image = container.image.attrs["Config"] if container.image else {}
    log, health = service.get("logging", {}), service.get("healthcheck", {})
    entrypoint = service.get("entrypoint") or image.get("Entrypoint")
    # An entry point of one's own leaves the image's command out.
    command = service.get("command") or (None if service.get("entrypoint") else image.get("Cmd"))
    return {
        "its command": (
            [own["Entrypoint"] or [], own["Cmd"] or []],
            [entrypoint or [], command or []],
        ),
        "its account": (own["User"], service.get("user") or image.get("User") or ""),
        "its mounts": (_mounts(container), _wanted_mounts(service, whole)),
        "its rights": (
            [host["ReadonlyRootfs"], host["CapAdd"], host["CapDrop"], host["SecurityOpt"]],
            [service.get("read_only", False)]
            + [service.get(name) for name in ("cap_add", "cap_drop", "security_opt")],
        ),
        "its log": (
            [host["LogConfig"]["Type"], host["LogConfig"]["Config"]],
            [log["driver"], log.get("options", {})],
        )
        if log
        else (host["LogConfig"]["Config"], {}),
        "its health check": (
            (own.get("Healthcheck") or {}).get("Test"),
            health.get("test") or (image.get("Healthcheck") or {}).get("Test"),
        ),
    }


Mounts = set[tuple[str, str, bool]]
"""What is mounted (a path, a volume, or memory), where, and whether it can be written."""


def _mounts(container: "Container") -> Mounts:
    found = {
        (
            mount.get("Name") or _path(mount.get("Source", "")),
            mount["Destination"],
            mount["RW"],
        )
        for mount in container.attrs["Mounts"]
        if not _ANONYMOUS.fullmatch(mount.get("Name") or "")
        and not mount["Destination"].startswith(FOLDER)
    }
    return found | {
        ("tmpfs", place, True) for place in container.attrs["HostConfig"].get("Tmpfs") or {}
    }


def _wanted_mounts(service: Defined, whole: Defined) -> Mounts:
    wanted = {("tmpfs", place.partition(":")[0], True) for place in service.get("tmpfs") or ()}
    for mount in service.get("volumes") or ():
        source = mount.get("source", "")
        if mount["type"] == "volume":
            source = whole.get("volumes", {}).get(source, {}).get("name", source)
        elif mount["type"] == "bind":
            source = _path(source)
        wanted.add((source, mount["target"], not mount.get("read_only", False)))
    return wanted


def _path(source: str) -> str:
    return os.path.realpath(source) if source else ""  # memory has none
