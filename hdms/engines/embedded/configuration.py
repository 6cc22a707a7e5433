"""What the embedded engine gives each component: its files, its program, its variables."""

from collections.abc import Mapping
from pathlib import Path

from hdms.catalog import FRONTEND, REDIS, SERVICES, Process, Service, replicas_variables
from hdms.engines import host
from hdms.engines.embedded import frontend, rabbitmq
from hdms.engines.embedded.account import components_account, give, invoking_account
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.replicas import programs_of
from hdms.engines.embedded.servers import (
    has_nginx,
    has_rabbitmq,
    pgbouncer,
    postgres_folder,
    redis_server,
)
from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT, VARIABLES
from hdms.ports import LOOPBACK
from hdms.rabbitmq import cluster_name
from hdms.render import CONFIG, pgbouncer_user_list, redis_authentication, render

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "postgres": ("postgres/postgresql.conf", "postgres/pg_hba.conf", "postgres/pg_ident.conf"),
    "pgbouncer": ("pgbouncer/pgbouncer.ini.example",),
    "redis": ("redis/redis.conf",),
    "rabbitmq": (
        "rabbitmq/rabbitmq.conf",
        "rabbitmq/definitions.json",
        "rabbitmq/enabled_plugins",
        "rabbitmq/prepare",
        "rabbitmq/hdms_node.erl",
    ),
}
PROVISIONING = ("postgres/provision.sql", "postgres/service_role.sql")
# supervisor: INT is PostgreSQL's fast and PgBouncer's safe shutdown; TERM would wait for clients.
STOP_SIGNALS = {"postgres": "INT", "pgbouncer": "INT"}


def write_component_files(layout: Layout, environment: Environment, component: str) -> None:
    """Render a component's configuration into `.hdms/config`, readable by its account only."""
    for path, text in component_files(layout, environment, component).items():
        write_private(path, text)
        give(path, components_account())


def component_files(layout: Layout, environment: Environment, component: str) -> dict[Path, str]:
    """Return path -> text of a component's rendered configuration."""
    account = components_account() or invoking_account()
    values = {
        **environment.values(ROOT),
        "OPERATOR": invoking_account(),
        "POSTGRES_ACCOUNT": account,
        "POSTGRES_HOST": str(layout.run).replace("'", "''"),
        "PGBOUNCER_LISTEN_ADDRESS": LOOPBACK,
        "PGBOUNCER_LISTEN_PORT": environment["PGBOUNCER_HOST_PORT"],
        "PGBOUNCER_AUTH_FILE": str(layout.config / "userlist.txt"),
        "REDIS_LISTEN_ADDRESS": LOOPBACK,
        "REDIS_LISTEN_PORT": environment["REDIS_HOST_PORT"],
        "REDIS_DATA_FOLDER": str(layout.redis_data).replace("\\", "\\\\").replace('"', '\\"'),
        "REDIS_AUTHENTICATION": redis_authentication(environment),
        "RABBITMQ_CLUSTER_NAME": cluster_name(layout.stack),
        "RABBITMQ_LISTEN_ADDRESS": LOOPBACK,
        "RABBITMQ_LISTEN_PORT": environment["RABBITMQ_HOST_PORT"],
        "RABBITMQ_MANAGEMENT_LISTEN_PORT": environment["RABBITMQ_MANAGEMENT_PORT"],
    }
    files = {
        layout.config / Path(template).name.removesuffix(".example"): render(template, values)
        for template in TEMPLATES[component]
    }
    if component == "pgbouncer":
        files[layout.config / "userlist.txt"] = pgbouncer_user_list(environment)
    return files


def programs(
    layout: Layout, environment: Environment, folders: Mapping[str, Path]
) -> list[Program]:
    """Return every program of the stack.

    Args:
        folders: service -> its virtual environment.
    """
    account = components_account()
    commands: dict[str, list[str | Path]] = {
        "postgres": [
            postgres_folder() / "postgres",
            "-D", layout.postgres_data,
            "-c", f"config_file={layout.config / 'postgresql.conf'}",
            "-c", f"hba_file={layout.config / 'pg_hba.conf'}",
            "-c", f"ident_file={layout.config / 'pg_ident.conf'}",
            "-c", "listen_addresses=",
            "-c", f"unix_socket_directories={_list_item(layout.run)}",
            "-c", "unix_socket_permissions=0700",
        ],
        "pgbouncer": [pgbouncer(), layout.config / "pgbouncer.ini"],
        "redis": [redis_server(), layout.config / "redis.conf"],
    }  # fmt: skip
    components = [
        Program(
            name,
            commands[name],
            folder=layout.run,
            account=account,
            stop_signal=STOP_SIGNALS.get(name, "TERM"),
        )
        for name in commands
    ]
    processes = [
        _process_program(layout, environment, service, process, name, folders[service.name])
        for service in SERVICES
        for process in service.processes
        for name in programs_of(process.name, environment.replicas(process.name))
    ]
    # What needs neither RabbitMQ nor nginx does without.
    frontends = [frontend.program(layout)] if has_nginx() else []
    queues = [rabbitmq.program(layout)] if has_rabbitmq() else []
    return components + queues + processes + frontends


def service_variables(layout: Layout, environment: Environment, service: Service) -> dict[str, str]:
    """Return what the engine puts in place of, or adds to, a service's `.env`: no secret."""
    return {**host.service_variables(environment, service), "MEDIA_ROOT": str(layout.media)}


def values_told(layout: Layout, environment: Environment, name: str) -> dict[str, str]:
    """Return all that a component or process must be told when it changes.

    Variables stand under their own names, template files under theirs.
    """
    if name in TEMPLATES:
        told = {v.name: environment[v.name] for v in VARIABLES[ROOT] if name in v.told}
        templates = TEMPLATES[name] + (PROVISIONING if name == "postgres" else ())
        return {
            **told,
            **{f"config/{path}": (CONFIG / path).read_text() for path in templates},
        }
    if name == FRONTEND.name:
        return frontend.values_told(environment)
    service = next(s for s in SERVICES if any(p.name == name for p in s.processes))
    scaled = replicas_variables().get(name)
    return {
        **environment.values(service.name),
        **service_variables(layout, environment, service),
        **({scaled: str(environment.replicas(name))} if scaled else {}),
    }


def redis_password_in_force(layout: Layout) -> str:
    """Return the password in the redis.conf of the last start or sync; empty if there is none."""
    path = layout.config / f"{REDIS.name}.conf"
    lines = path.read_text().splitlines() if path.exists() else []
    for line in lines:
        if line.startswith("requirepass "):
            return line.split('"')[1]
    return ""


def _process_program(
    layout: Layout,
    environment: Environment,
    service: Service,
    process: Process,
    name: str,
    folder: Path,
) -> Program:
    program, *arguments = process.command
    variables = service_variables(layout, environment, service)
    return Program(
        name,
        [folder / "bin" / program, *arguments],
        folder=host.source_folder(service),
        environment={
            **variables,
            "READY_FILE": str(layout.ready_file(name)),
            "PYTHONUNBUFFERED": "1",
        },
    )


def _list_item(path: Path) -> str:
    """Return a path as one item of a PostgreSQL list setting, where a comma separates."""
    quoted = str(path).replace('"', '""')
    return f'"{quoted}"'
