"""Docker's command line: is it there, is it new enough, and what its errors mean."""

import re

from hdms.errors import CommandFailed, HdmsError
from hdms.process import Completed, last_lines, run

# `env_file: required: false`, and refusing by name an engine without start_interval.
OLDEST_COMPOSE = (2, 24)
OLDEST_API = (1, 44)
ANSWER_SECONDS = 10.0
WITHOUT_DOCKER = "or go without Docker: --engine embedded"


def answers() -> bool:
    """Return whether a Docker engine and a Compose that can run the stack answer."""
    try:
        require_docker()
    except HdmsError:
        return False
    return True


def require_docker() -> str:
    """Check that Docker and Compose are there and new enough; return what was found.

    Raises:
        HdmsError: what is missing, with the remedy.
    """
    engine = _ask("docker", "version", "--format={{.Server.APIVersion}}")
    if engine.exit_code != 0:
        raise explained("docker version", engine.stderr)
    if _version(engine.stdout) < OLDEST_API:
        raise HdmsError(
            f"expected Docker Engine 25 or newer (API 1.44), found API {engine.stdout.strip()}",
            f"update Docker, {WITHOUT_DOCKER}",
        )
    compose = _ask("docker", "compose", "version", "--short")
    if compose.exit_code != 0 or _version(compose.stdout) < OLDEST_COMPOSE:
        found = compose.stdout.strip() if compose.exit_code == 0 else "none or Compose v1"
        raise HdmsError(
            f"expected Docker Compose 2.24 or newer, found {found}",
            f"install the package docker-compose-plugin, {WITHOUT_DOCKER}",
        )
    return f"API {engine.stdout.strip()}, Compose {compose.stdout.strip()}"


def explained(command: str, said: str) -> HdmsError:
    """Return the error for what Docker said, with the remedy where it is known."""
    for sign, message, hint in _KNOWN:
        if re.search(sign, said, re.IGNORECASE):
            return HdmsError(f"{message}:\n{last_lines(said, 4)}", hint)
    return HdmsError(f"{command} failed:\n{last_lines(said)}")


_KNOWN = (
    (
        "permission denied while trying to connect|dial unix .*permission denied|PermissionError",
        "this account may not use the Docker engine",
        f"sudo usermod -aG docker $USER, then log in again; {WITHOUT_DOCKER}",
    ),
    (
        "cannot connect to the docker daemon|connection refused|no such file or directory.*sock"
        "|error during connect|FileNotFoundError",
        "no Docker engine answers",
        f"start it (sudo systemctl start docker), {WITHOUT_DOCKER}",
    ),
    (
        "no space left on device",
        "the disk is full",
        "see what Docker holds: docker system df; free it: docker system prune",
    ),
    (
        "port is already allocated|address already in use",
        "a port is taken",
        "stop what holds it, or set another *_HOST_PORT in .env",
    ),
    (
        "non-overlapping IPv4 address pool",
        "Docker has no addresses left for another network",
        "remove networks that nothing uses: docker network prune; or give Docker more addresses: "
        "default-address-pools in /etc/docker/daemon.json (a stack needs eleven networks)",
    ),
    (
        "pull access denied|manifest unknown|failed to resolve|error pulling image"
        "|TLS handshake timeout|i/o timeout|no such host",
        "an image could not be pulled",
        "check the network (and `docker login`), then try again",
    ),
    (
        "failed to solve|did not complete successfully",
        "an image could not be built",
        "correct what the last lines name, then try again",
    ),
    (
        r"\.ya?ml: no such file or directory|no configuration file provided",
        "a compose file is missing",
        "see COMPOSE_FILE, in .env or in the shell",
    ),
    (
        "Invalid bind address|Unable to resolve docker endpoint|context .*not found|TLS",
        "Docker cannot be reached as the shell says",
        "see DOCKER_HOST, DOCKER_CONTEXT and DOCKER_TLS_VERIFY; unset them for this machine's own",
    ),
    (
        "required variable",
        "a variable is missing in .env",
        "set it, then: inv env.sync",
    ),
)


def _ask(*command: str) -> Completed:
    try:
        return run(command, check=False, timeout=ANSWER_SECONDS)
    except CommandFailed as error:
        raise HdmsError(error.message, f"install Docker and start it, {WITHOUT_DOCKER}") from None


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])
