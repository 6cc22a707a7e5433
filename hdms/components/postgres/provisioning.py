"""The database's roles, passwords and schemas, as psql is told of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from hdms.errors import CommandFailed, HdmsError

if TYPE_CHECKING:
    from hdms.environment.environment import Environment

TELLS = "changes roles and passwords in the database that exists"
PSQL_SECONDS = 60.0


def provision_input(environment: "Environment", folder: PurePath) -> str:
    """Return what psql is to read: the scripts in their order, and the variables of each before it.

    Args:
        folder: where the scripts are, as psql sees it.
    """

    def script(name: str, **values: str) -> list[str]:
        set_first = [
            f"\\set {variable} {_psql_quoted(value)}" for variable, value in values.items()
        ]
        return [*set_first, f"\\i {_psql_quoted(str(folder / name))}"]

    lines = script(
        "provision.sql",
        database=environment["POSTGRES_DB"],
        superuser=environment["POSTGRES_USER"],
        superuser_password=environment["POSTGRES_PASSWORD"],
        statement_timeout=environment["DB_STATEMENT_TIMEOUT"],
    )
    for role, variable in environment.roles.items():
        lines += script("service_role.sql", role=role, password=environment[variable])
    return "\n".join([*lines, ""])


@contextmanager
def same_superuser(environment: "Environment", data: str) -> Iterator[None]:
    """Explain a psql that fails since the data have another superuser.

    Args:
        data: what holds them, for people.

    Raises:
        HdmsError: in place of what psql said.
    """
    superuser = environment["POSTGRES_USER"]
    try:
        yield
    except CommandFailed as error:
        if f'role "{superuser}" does not exist' in error.message:
            raise HdmsError(
                f"{data} was made with another POSTGRES_USER than {superuser!r}, "
                "and a cluster's superuser cannot change its name here",
                "put the former POSTGRES_USER back into .env",
            ) from error
        raise


def _psql_quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
