"""PostgreSQL in its container: what made its data, and its roles and passwords."""

import base64
import hashlib
import hmac
import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hdms.components.compose import ComposePart, Volume
from hdms.components.postgres.provisioning import (
    PSQL_SECONDS,
    TELLS,
    provision_input,
    same_superuser,
)
from hdms.connections import Address
from hdms.errors import CommandFailed, HdmsError
from hdms.process import Completed, run

if TYPE_CHECKING:
    from docker.models.containers import Container

    from hdms.environment.environment import Environment

MAJOR = "16"
DATA = "/var/lib/postgresql/data"
_PASSWORDS = "SELECT rolname, rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL"
_INITIALISED = b"The cluster is made"  # config/postgres/entrypoint.sh


class PostgresCompose(ComposePart):
    """PostgreSQL's official image; roles and passwords are changed by psql inside."""

    volume = Volume("data", "postgres_data", f"postgres:{MAJOR}", DATA)
    tells = TELLS

    def described_data(self, containers: "Sequence[Container]") -> str:
        for container in containers:
            made_by = _made_by(container)
            if made_by and made_by != MAJOR:
                raise HdmsError(
                    f"the volume postgres_data was made by PostgreSQL {made_by}, and PostgreSQL "
                    f"{MAJOR} cannot read it",
                    f"dump it with the image postgres:{made_by} (pg_dumpall), keep a copy of the "
                    "volume, then: inv infra.down --volumes; inv infra.up; and restore the dump",
                )
            if made_by:
                return f"made by PostgreSQL {made_by}"
        return "none yet"

    def started(
        self, container: "Container", environment: "Environment", reached: Callable[[int], Address]
    ) -> None:
        if _INITIALISED not in container.logs():
            self.tell(container, environment)

    def not_accepted(self, container: "Container", environment: "Environment") -> tuple[str, ...]:
        """Return the variables of the passwords that the database does not accept."""
        logins = {environment["POSTGRES_USER"]: "POSTGRES_PASSWORD", **environment.roles}
        try:
            lines = _psql(container, environment, f"COPY ({_PASSWORDS}) TO STDOUT;\n").stdout
        except CommandFailed:  # another superuser, for one
            return tuple(logins.values())
        verifiers = dict(line.split("\t") for line in lines.splitlines())
        return tuple(
            variable
            for role, variable in logins.items()
            if not _accepts(verifiers.get(role, ""), environment[variable])
        )

    def tell(self, container: "Container", environment: "Environment") -> None:
        """Make database, roles, passwords and schemas what the environment says.

        Raises:
            HdmsError: PostgreSQL refused; the message holds what it said, never a password.
        """
        with same_superuser(environment, "the volume postgres_data"):
            _psql(container, environment, provision_input(environment, PurePosixPath("/config")))


def _made_by(container: "Container") -> str:
    """Return the major version that made the volume; empty where it holds no cluster."""
    from docker.errors import DockerException

    try:
        stream, _ = container.get_archive(f"{DATA}/PG_VERSION")
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
            file = archive.extractfile("PG_VERSION")
            return file.read().decode().strip() if file else ""
    except (DockerException, tarfile.TarError, KeyError):
        return ""


def _accepts(verifier: str, password: str) -> bool:
    """Return whether a password is the one of a SCRAM verifier, as RFC 5803 writes it."""
    try:
        _, rounds, keys = verifier.split("$")
        count, salt = rounds.split(":")
        stored = base64.b64decode(keys.split(":")[0])
        salted = hashlib.pbkdf2_hmac(
            "sha256", password.encode(), base64.b64decode(salt), int(count)
        )
    except ValueError:  # none, or another kind
        return False
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), stored)


def _psql(container: "Container", environment: "Environment", script: str) -> Completed:
    """Run a script as superuser; it may hold secrets, which no argument or environment does."""
    options = ["--no-psqlrc", "--quiet", f"--username={environment['POSTGRES_USER']}"]
    inside = ["docker", "exec", "--interactive", str(container.id)]
    return run(
        [*inside, "psql", *options, "--dbname=postgres"],
        stdin=script,
        timeout=PSQL_SECONDS,
    )
