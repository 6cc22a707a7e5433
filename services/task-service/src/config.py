"""The settings, read once from the environment (spec 003, T008)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hdms_common.environment import Environment

SERVICE = "task-service"
SERVICE_DIR = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Server:
    """Where a server is and how to log in; `name` is the database, or the virtual host."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    name: str

    @property
    def address(self) -> str:
        """Return "host:port"."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    """What every process of the service is told.

    Attributes:
        database: PgBouncer, in transaction mode.
        rabbitmq: the broker.
        queue: the name of the durable queue; its dead letters go to "<queue>.dead".
        production: whether HDMS_ENVIRONMENT says so.
        max_qubits: the largest register; a state vector takes 16 * 2**max_qubits bytes.
        time_limit: seconds that one circuit may run.
        quick_limit: seconds after which a circuit goes to the slow lane.
        lease: seconds after which a worker that has not been heard of counts as dead.
        max_attempts: how many workers may begin a task before it is given up.
        ready_file: what a process has and touches while it takes work; None for none.
    """

    database: Server
    rabbitmq: Server
    queue: str
    production: bool
    log_level: str
    web_host: str
    web_port: int
    max_qubits: int
    time_limit: int
    quick_limit: int
    lease: int
    max_attempts: int
    ready_file: Path | None

    @classmethod
    def load(cls) -> "Settings":
        """Read the process's environment, else files of `NAME_FILE`, else the service's `.env`.

        HDMS_ENV_FILE names another `.env` (a second stack has its own).

        Raises:
            InvalidEnvironment: a variable is missing or unusable.
        """
        env = _Environment(SERVICE, SERVICE_DIR / ".env")
        ready_file = env.text("READY_FILE", "")
        return cls(
            database=env.server("DATABASE_URL", "DB", 6432, "DB_NAME", "hdms_db"),
            rabbitmq=env.server("RABBITMQ_URL", "RABBITMQ", 5672, "RABBITMQ_VHOST", "/"),
            queue=env.queue("TASK_QUEUE", "tasks"),
            production=env.text("HDMS_ENVIRONMENT", "") == "production",
            log_level=env.log_level(),
            web_host=env.text("WEB_HOST", "127.0.0.1"),
            web_port=env.number("WEB_PORT", 8001, least=1, most=65535),
            max_qubits=env.number("TASK_MAX_QUBITS", 24, least=1, most=32),
            time_limit=env.number("TASK_TIME_LIMIT", 30, least=1, most=1200),
            quick_limit=env.number("TASK_QUICK_LIMIT", 1, least=1, most=1200),
            lease=env.number("TASK_LEASE", 3, least=2, most=600),
            max_attempts=env.number("TASK_MAX_ATTEMPTS", 5, least=1, most=100),
            ready_file=Path(ready_file) if ready_file else None,
        )


_HOST = re.compile(r"[\w.:-]+")


class _Environment(Environment):
    """What only this service's variables need."""

    def server(self, url: str, prefix: str, port: int, name: str, default_name: str) -> Server:
        """The server in the variable `url`, else in its parts, PREFIX_HOST and so on."""
        if value := self.text(url, ""):
            return self._from_url(url, value, port, default_name)
        return Server(
            host=self._host(f"{prefix}_HOST"),
            port=self.number(f"{prefix}_PORT", port, least=1, most=65535),
            user=self.required(f"{prefix}_USER"),
            password=self.required(f"{prefix}_PASSWORD"),
            name=self.text(name, default_name),
        )

    def queue(self, name: str, default: str) -> str:
        """A queue's name that no broker takes for one of its own."""
        value = self.text(name, default)
        if not re.fullmatch(r"[a-z][a-z0-9._-]{0,99}", value):
            raise self.invalid(name, f"is {value!r}: expected small letters, digits, . _ -")
        return value

    def _host(self, name: str) -> str:
        value = self.required(name)
        if not _HOST.fullmatch(value):
            raise self.invalid(name, f"is {value!r}: expected a host name or an IP address")
        return value

    def _from_url(self, variable: str, url: str, port: int, default_name: str) -> Server:
        try:
            parts = urlsplit(url)
            # The path of an AMQP URL is the virtual host; none is the default one.
            name = unquote(parts.path.removeprefix("/")) or default_name
            host, chosen = parts.hostname, parts.port or port
        except ValueError:
            host = None
        # Never the value: it holds the password.
        if not (host and _HOST.fullmatch(host) and parts.username and parts.password):
            raise self.invalid(variable, "must read scheme://user:password@host:port/name")
        return Server(host, chosen, unquote(parts.username), unquote(parts.password), name)
