"""Opening the components' own clients with a stack's credentials, which no argument shows."""

import shutil
from collections.abc import Sequence

from hdms.engines.base import Engine
from hdms.engines.embedded.servers import postgres_folder
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.process import run


def open_psql(engine: Engine, environment: Environment, arguments: Sequence[str]) -> int:
    """Open psql as superuser, through PgBouncer; return its exit code."""
    host, port = engine.address(environment, "pgbouncer")
    variables = {
        "PGHOST": host,
        "PGPORT": str(port),
        "PGDATABASE": environment["POSTGRES_DB"],
        "PGUSER": environment["POSTGRES_USER"],
        "PGPASSWORD": environment["POSTGRES_PASSWORD"],
    }
    command = [postgres_folder() / "psql", *arguments]
    return run(command, env=variables, check=False, interactive=True).exit_code


def open_redis_cli(engine: Engine, environment: Environment, arguments: Sequence[str]) -> int:
    """Open redis-cli; return its exit code.

    Raises:
        HdmsError: redis-cli is not installed.
    """
    program = shutil.which("redis-cli")
    if program is None:
        raise HdmsError("redis-cli was not found on the PATH", "apt-get install redis-tools")
    host, port = engine.address(environment, "redis")
    command = [program, "-h", host, "-p", str(port), *arguments]
    password = environment["REDIS_PASSWORD"]
    variables = {"REDISCLI_AUTH": password} if password else {}
    return run(command, env=variables, check=False, interactive=True).exit_code
