"""The Compose project of one stack, and the `docker compose` command line."""

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hdms import workspace
from hdms.catalog import SERVICES
from hdms.engines.compose.client import WITHOUT_DOCKER, explained
from hdms.environment.env_file import EnvFile
from hdms.environment.schema import ROOT, VARIABLES
from hdms.errors import HdmsError, InvalidInput
from hdms.process import Completed, run
from hdms.stack import HOME_VARIABLE, PROJECT, Stack

NAME_VARIABLE = "COMPOSE_PROJECT_NAME"
FILES_VARIABLE = "COMPOSE_FILE"
SITE_PACKAGES = "/venv/lib/python3.13/site-packages"  # as in services/Dockerfile
_LOOKED_ITSELF = {"HDMS_ENV_CHECKS": "0"}  # no container that checks `.env` once more
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*[a-z0-9]")


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
            if not _NAME.fullmatch(chosen):
                raise InvalidInput(
                    f"{NAME_VARIABLE}={chosen}: expected small letters, digits, - and _, "
                    "beginning with a letter or digit",
                    "correct it in .env or in the shell",
                )
            return chosen
        home = self._stack.home
        if home == PROJECT:  # as Compose makes it of the folder's name
            return re.sub(r"[^a-z0-9_-]", "", home.name.lower()).strip("_-") or "hdms"
        return self._stack.mark

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
        if shutil.which("docker") is None:
            raise HdmsError("docker was not found on the PATH", WITHOUT_DOCKER)
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

    def build(self, services: Sequence[str]) -> None:
        """Build the images of some Compose services, or fetch them, in production with a registry.

        A terminal sees Docker's own progress.

        Raises:
            HdmsError: one cannot be built.
        """
        if self._in_production() and _written(self._stack).get("HDMS_REGISTRY"):
            self.compose("pull", "--quiet", *services)
            return
        watched = sys.stderr.isatty()
        progress = [] if watched else ["--progress=plain"]
        finished = self.compose(
            *progress, "build", *services, interactive=watched, check=not watched
        )
        if finished.exit_code != 0:
            raise HdmsError("an image could not be built, see above", "correct it, then try again")

    def definition(self) -> dict[str, Any]:
        """Return everything as the files and the environment define it now."""
        printed = self.compose("config", "--format=json").stdout
        # `$$` is how a compose file writes `$`.
        return dict(json.loads(printed.replace("$$", "$")))

    def services(self) -> dict[str, Any]:
        """Return the Compose services of that definition."""
        return dict(self.definition()["services"])

    def as_owner_of_source(self, service: str) -> list[str]:
        """Return the options that let a command write to the source, where that is mounted."""
        for mount in self.services()[service].get("volumes", ()):
            if mount["type"] == "bind" and not mount.get("read_only"):
                owner = Path(mount["source"]).stat()
                return [f"--user={owner.st_uid}:{owner.st_gid}"]
        return []

    def lend_testing(self, service: str) -> None:
        """Copy hdms_testing into a container that runs, beside its packages."""
        source = workspace.projects()[workspace.TESTING].folder / "src" / "hdms_testing"
        self.compose("cp", str(source), f"{service}:{SITE_PACKAGES}/")

    def hashes(self) -> dict[str, str]:
        """Return the Compose services' configuration hashes."""
        lines = self.compose("config", "--hash=*").stdout.splitlines()
        return dict(line.split() for line in lines)

    def _files(self) -> list[str]:
        if os.environ.get(FILES_VARIABLE) or _written(self._stack).get(FILES_VARIABLE):
            return []  # Compose reads the variable itself
        production = ["docker-compose.prod.yml"] if self._in_production() else []
        return ["docker-compose.yml", *production]

    def _in_production(self) -> bool:
        return _written(self._stack).get("HDMS_ENVIRONMENT") == "production"

    def _environment(self) -> dict[str, str]:
        """Return the shell's variables less those of `.env`, which would win over the file.

        What a service's own `.env` says, secrets apart, stands under names that begin with the
        service's: USER_SERVICE_LOG_LEVEL.
        """
        known = {variable.name for variable in VARIABLES[ROOT]}
        inherited = {name: value for name, value in os.environ.items() if name not in known}
        ours = {HOME_VARIABLE: str(self._stack.home), **_LOOKED_ITSELF}
        return {**inherited, **self._own_variables(), **ours}

    def _own_variables(self) -> dict[str, str]:
        own = {}
        for service in SERVICES:
            path = self._stack.service_env(service.name)
            written = EnvFile.read(path).values if path.exists() else {}
            for variable in VARIABLES[service.name]:
                if written.get(variable.name) and not variable.shared and not variable.secret:
                    own[f"{service.prefix}_{variable.name}"] = written[variable.name]
        return own


def _written(stack: Stack) -> dict[str, str]:
    return EnvFile.read(stack.root_env).values if stack.root_env.exists() else {}
