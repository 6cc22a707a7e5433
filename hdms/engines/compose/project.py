"""The Compose project of one stack, and the `docker compose` command line."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hdms.environment.env_file import EnvFile
from hdms.environment.schema import ROOT, VARIABLES
from hdms.errors import CommandFailed, HdmsError
from hdms.process import Completed, last_lines, run
from hdms.stack import HOME_VARIABLE, PROJECT, Stack

# `env_file: required: false`, and refusing by name an engine without start_interval.
OLDEST_COMPOSE = (2, 24)
OLDEST_API = (1, 44)
ANSWER_SECONDS = 10.0
NAME_VARIABLE = "COMPOSE_PROJECT_NAME"
FILES_VARIABLE = "COMPOSE_FILE"
WITHOUT_DOCKER = "or go without Docker: --engine embedded"


class Project:
    """What Compose calls a project: the containers, volumes and networks of one stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    @property
    def name(self) -> str:
        """The name that `docker compose` gives it too, where it runs the checkout's own stack."""
        written = _written(self._stack).get(NAME_VARIABLE)
        chosen = os.environ.get(NAME_VARIABLE) or written
        if chosen:
            return chosen
        home = self._stack.home
        if home == PROJECT:  # as Compose makes it of the folder's name
            return re.sub(r"[^a-z0-9_-]", "", home.name.lower()).strip("_-") or "hdms"
        return f"hdms-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"

    def compose(
        self,
        *arguments: str,
        timeout: float | None = None,
        check: bool = True,
        interactive: bool = False,
    ) -> Completed:
        """Run `docker compose` on the stack's files.

        Raises:
            HdmsError: it failed (with `check`); what it said, and a remedy where one is known.
        """
        options = [
            f"--project-name={self.name}",
            f"--project-directory={PROJECT}",
            f"--env-file={self._stack.root_env}",
            *(f"--file={file}" for file in self._files()),
        ]
        finished = run(
            ["docker", "compose", *options, *arguments],
            cwd=PROJECT,
            env=self._environment(),
            clean=True,
            timeout=timeout,
            check=False,
            interactive=interactive,
        )
        if check and finished.exit_code != 0:
            raise explained(f"docker compose {arguments[0]}", finished.stderr or finished.stdout)
        return finished

    def compose_on_what_exists(self, *arguments: str) -> Completed:
        """Run `docker compose` on the containers that exist, whatever the files say by now."""
        finished = run(
            ["docker", "compose", f"--project-name={self.name}", *arguments],
            cwd=Path("/"),  # no compose file is found there
            env={n: v for n, v in os.environ.items() if n != FILES_VARIABLE},
            clean=True,
            check=False,
        )
        if finished.exit_code != 0:
            raise explained(f"docker compose {arguments[0]}", finished.stderr or finished.stdout)
        return finished

    def build(self, services: Sequence[str]) -> None:
        """Build the images of some Compose services; a terminal sees Docker's own progress.

        Raises:
            HdmsError: one cannot be built.
        """
        watched = sys.stderr.isatty()
        progress = [] if watched else ["--progress=plain"]
        finished = self.compose(
            *progress, "build", *services, interactive=watched, check=not watched
        )
        if finished.exit_code != 0:
            raise HdmsError("an image could not be built, see above", "correct it, then try again")

    def services(self) -> dict[str, Any]:
        """Return the Compose services as the files and the environment define them."""
        defined = json.loads(self.compose("config", "--format=json").stdout)
        return dict(defined["services"])

    def hashes(self) -> dict[str, str]:
        """Return the Compose services' configuration hashes."""
        lines = self.compose("config", "--hash=*").stdout.splitlines()
        return dict(line.split() for line in lines)

    def _files(self) -> list[str]:
        if os.environ.get(FILES_VARIABLE) or _written(self._stack).get(FILES_VARIABLE):
            return []  # Compose reads the variable itself
        in_production = _written(self._stack).get("HDMS_ENVIRONMENT") == "production"
        return ["docker-compose.yml", *(["docker-compose.prod.yml"] if in_production else [])]

    def _environment(self) -> dict[str, str]:
        """Return the shell's variables less those of `.env`, which would win over the file."""
        known = {variable.name for variable in VARIABLES[ROOT]}
        inherited = {name: value for name, value in os.environ.items() if name not in known}
        return {**inherited, HOME_VARIABLE: str(self._stack.home)}


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


def _written(stack: Stack) -> dict[str, str]:
    return EnvFile.read(stack.root_env).values if stack.root_env.exists() else {}
