"""Environment -> configuration files: pure, strict on a missing value; the caller writes them."""

import re
from collections.abc import Mapping
from pathlib import Path

from hdms.catalog import FRONTEND, SERVICES
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT
from hdms.errors import HdmsError
from hdms.stack import PROJECT

CONFIG = PROJECT / "config"
FRONTEND_TEMPLATE = PROJECT / "services" / FRONTEND.name / "nginx.conf.template"

# Nothing else is replaced: nginx has variables of its own, as $host and ${host}.
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Return a file of `config/` with every `${NAME}` replaced.

    Args:
        template: its path below `config/`, e.g. `redis/redis.conf`.

    Raises:
        HdmsError: the template is missing or names a variable that has no value.
    """
    return _fill(CONFIG / template, values)


def render_frontend(values: Mapping[str, str]) -> str:
    """Return the frontend's `nginx.conf`.

    Raises:
        HdmsError: the template is missing or names a variable that has no value.
    """
    return _fill(FRONTEND_TEMPLATE, values)


def _fill(template: Path, values: Mapping[str, str]) -> str:
    name = template.relative_to(PROJECT)
    try:
        text = template.read_text(encoding="utf-8")
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
    except FileNotFoundError as error:
        raise HdmsError(f"{name} is missing", f"git checkout {name}") from error
    except KeyError as error:
        raise HdmsError(f"{name} asks for {error}, which has no value") from error


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
