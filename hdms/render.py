"""Environment -> configuration files: pure, strict on a missing value; the caller writes them."""

from collections.abc import Mapping
from string import Template

from hdms.catalog import SERVICES
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT
from hdms.errors import HdmsError
from hdms.stack import PROJECT

CONFIG = PROJECT / "config"


def render(template: str, values: Mapping[str, str]) -> str:
    """Return a file of `config/` with every `${NAME}` replaced.

    Args:
        template: its path below `config/`, e.g. `redis/redis.conf`.

    Raises:
        HdmsError: the template is missing or names a variable that has no value.
    """
    try:
        return Template((CONFIG / template).read_text(encoding="utf-8")).substitute(values)
    except FileNotFoundError as error:
        raise HdmsError(f"config/{template} is missing", "git checkout config") from error
    except KeyError as error:
        raise HdmsError(f"config/{template} asks for {error}, which has no value") from error
    except ValueError as error:
        raise HdmsError(f"config/{template} is not a template: {error}") from error


def redis_authentication(environment: Environment) -> str:
    """Return redis.conf's line for the password; empty where there is none."""
    password = environment["REDIS_PASSWORD"]
    return f'requirepass "{password}"' if password else ""


def pgbouncer_user_list(environment: Environment) -> str:
    """Return PgBouncer's `userlist.txt`: the admin, the superuser and every service's role."""
    accounts = {
        environment["POSTGRES_USER"]: environment["POSTGRES_PASSWORD"],
        environment["PGBOUNCER_USER"]: environment.pgbouncer_password,
        **{service.role: environment[service.password_variable] for service in SERVICES},
    }
    return "".join(f'"{account}" "{password}"\n' for account, password in accounts.items())


def provision_variables(environment: Environment) -> dict[str, str]:
    """Return what `config/postgres/provision.sql` reads from psql's environment."""
    names = ["POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "DB_STATEMENT_TIMEOUT"]
    names += [service.password_variable for service in SERVICES]
    values = environment.values(ROOT)
    return {name: values[name] for name in names}
