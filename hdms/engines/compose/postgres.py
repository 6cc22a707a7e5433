"""The database inside the postgres container: its roles and passwords."""

from hdms.catalog import SERVICES
from hdms.environment.environment import Environment
from hdms.errors import CommandFailed, HdmsError
from hdms.process import Completed, run
from hdms.render import provision_variables

PSQL_SECONDS = 60.0
# `--host`: over the socket, the image lets everyone in. An argument is ROLE=VARIABLE.
_TRY_LOGINS = """
for login in "$@"; do
    eval "PGPASSWORD=\\$${login#*=}"
    PGPASSWORD=$PGPASSWORD psql --no-psqlrc --host=postgres --username="${login%%=*}" \
        --dbname="$POSTGRES_DB" --command='' >/dev/null 2>&1 || echo "${login#*=}"
done
"""


def provision(container: str, environment: Environment) -> None:
    """Make database, roles, passwords and schemas what the environment says.

    Args:
        container: id of the running container.

    Raises:
        HdmsError: PostgreSQL refused; the message holds what it said, never a password.
    """
    superuser = environment["POSTGRES_USER"]
    psql = ["psql", "--no-psqlrc", "--quiet", f"--username={superuser}", "--dbname=postgres"]
    try:
        _execute(container, environment, *psql, "--file=/config/provision.sql")
    except CommandFailed as error:
        if f'role "{superuser}" does not exist' in error.message:
            raise HdmsError(
                f"the volume postgres_data was made with another POSTGRES_USER than {superuser!r}, "
                "and a cluster's superuser cannot change its name here",
                "put the former POSTGRES_USER back into .env, or delete the data: "
                "inv infra.down --volumes",
            ) from error
        raise


def refused_passwords(container: str, environment: Environment) -> tuple[str, ...]:
    """Return the root variables whose passwords the database does not accept."""
    logins = {environment["POSTGRES_USER"]: "POSTGRES_PASSWORD"}
    logins |= {service.role: service.password_variable for service in SERVICES}
    pairs = [f"{role}={variable}" for role, variable in logins.items()]
    found = _execute(container, environment, "sh", "-c", _TRY_LOGINS, "sh", *pairs)
    return tuple(found.stdout.split())


def _execute(container: str, environment: Environment, *command: str) -> Completed:
    variables = provision_variables(environment)
    # Without a value, Docker takes it from its own environment: no secret is an argument.
    named = [f"--env={name}" for name in variables]
    return run(["docker", "exec", *named, container, *command], env=variables, timeout=PSQL_SECONDS)
