"""What a service is: its processes, its framework, and the names that follow from its own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A program that a service runs, started in its framework's folder.

    Attributes:
        name: unique in the stack; the web process has its service's name.
        kind: "web" listens on the service's port, "worker" takes work from a queue.
        memory: what a container of it may take in production, as Compose writes it.
    """

    name: str
    kind: str
    command: tuple[str, ...]
    memory: str = "512M"

    @property
    def replicas_variable(self) -> str | None:
        """The root variable that says how many run side by side; None where one port allows one."""
        return f"{self.name.replace('-', '_').upper()}_REPLICAS" if self.kind == "worker" else None


@dataclass(frozen=True)
class Framework:
    """What services that are written with the same framework have in common.

    Attributes:
        name: by which the templates of the generated files know it.
        folder: where their programs start, below the service's own folder.
        verify: the command that proves the checks which are named behind it, with `--json`.
        migrate: the command that brings the service's schema up to date.
        migrate_while_serving: the same, refusing what a running version could not live with.
        manage: the command whose subcommands look after one service.
        applied: what `migrate` prints for each migration, as a regular expression.
        connect_timeout: whether its services know `DB_CONNECT_TIMEOUT`.
    """

    name: str
    folder: str
    verify: tuple[str, ...]
    migrate: tuple[str, ...]
    migrate_while_serving: tuple[str, ...]
    manage: tuple[str, ...]
    applied: str
    connect_timeout: bool = False


DJANGO = Framework(
    "django",
    "src",
    ("python", "manage.py", "verify"),
    ("python", "manage.py", "migrate", "--noinput"),
    ("python", "manage.py", "migrate", "--noinput", "--while-serving"),
    ("python", "manage.py"),
    r"^\s+Applying .* OK$",
    connect_timeout=True,
)
FASTAPI = Framework(
    "fastapi",
    ".",
    ("python", "-m", "src.verify"),
    ("alembic", "upgrade", "head"),
    ("alembic", "-x", "while-serving=yes", "upgrade", "head"),
    ("alembic",),
    r"Running upgrade ",
)


@dataclass(frozen=True)
class Service:
    """An application in `services/`.

    What is said of roles and passwords holds for `SERVICES`; `FRONTEND` has none.

    Attributes:
        default_port: the loopback port of its web process on this machine.
        checks: the connections that it must prove (`Framework.verify`).
        needs: the components without which none of its processes starts.
        workers_need: those without which its workers do not start, either.
        routes: the paths below which the front door asks it.
        volumes: what its containers keep, `volume:folder` each.
    """

    name: str
    default_port: int
    checks: tuple[str, ...]
    processes: tuple[Process, ...]
    needs: tuple[str, ...] = ("postgres", "pgbouncer", "redis")
    workers_need: tuple[str, ...] = ("rabbitmq",)
    framework: Framework = DJANGO
    routes: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()

    @property
    def components(self) -> tuple[str, ...]:
        """All components that its processes reach."""
        return tuple(dict.fromkeys((*self.needs, *self.workers_need)))

    @property
    def role(self) -> str:
        """Its own PostgreSQL role, and the schema of the same name."""
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        """What its variables in the root `.env` begin with, e.g. `USER_SERVICE`."""
        return self.role.upper()

    @property
    def port_variable(self) -> str:
        """The root variable with the loopback port of its web process."""
        return f"{self.prefix}_HOST_PORT"

    @property
    def address_variable(self) -> str:
        """The variable by which the front door knows where it is, host and port."""
        return f"{self.prefix}_ADDRESS"

    @property
    def password_variable(self) -> str:
        """The root variable with the password of its PostgreSQL role."""
        return f"{self.prefix}_DB_PASSWORD"

    @property
    def secret_key_variable(self) -> str:
        """The root variable with Django's secret key."""
        return f"{self.prefix}_SECRET_KEY"
