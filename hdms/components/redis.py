"""Redis: cache, channel layer and Celery's queue."""

import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdms.checks.result import CheckFailed
from hdms.components.component import FREE_SPACE, START, Clients, Component, Found, Port
from hdms.components.compose import ComposePart
from hdms.components.embedded import EmbeddedPart
from hdms.connections import SECONDS, Address, shown
from hdms.engines.embedded.account import components_account
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import described, on_path, version_of
from hdms.environment.variable import Variable, fixed, host_port, password
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.process import run

if TYPE_CHECKING:
    import redis

    from hdms.engines.base import Engine
    from hdms.engines.embedded.running import RunningComponent
    from hdms.environment.environment import Environment
    from hdms.service import Service

NAME = "redis"
MAJOR = "7"
HOST_PORT = "REDIS_HOST_PORT"


def client(
    environment: "Environment", address: Address, password: str | None = None
) -> "redis.Redis":
    """Return a client of Redis (connects at its first command).

    Args:
        password: instead of the environment's.
    """
    import redis

    return redis.Redis(
        host=address[0],
        port=address[1],
        password=(environment["REDIS_PASSWORD"] if password is None else password) or None,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
    )


@cache
def server() -> Path:
    """Return Redis 7's server program.

    Raises:
        HdmsError: it is missing or of another version.
    """
    program = on_path("redis-server", "redis-server")
    version = version_of(program)
    if version.split(".")[0] != MAJOR:
        raise HdmsError(
            f"expected Redis 7; {program} is {version}",
            "install Redis 7 and put it first on the PATH (Debian 12: apt-get install "
            "redis-server)",
        )
    return program


class _Embedded(EmbeddedPart):
    templates = ("redis/redis.conf",)
    tells = "takes the new password"
    overwriting = "redis-server"

    def program(self, layout: Layout) -> Program:
        return Program(
            NAME,
            [server(), _configuration(layout)],
            folder=layout.run,
            account=components_account(),
        )

    def described(self) -> str:
        return described(server())

    def values(self, layout: Layout, environment: "Environment") -> Mapping[str, str]:
        secret = environment["REDIS_PASSWORD"]
        return {
            "REDIS_LISTEN_ADDRESS": LOOPBACK,
            "REDIS_LISTEN_PORT": environment[HOST_PORT],
            "REDIS_DATA_FOLDER": _quoted(layout.data(NAME)),
            "REDIS_AUTHENTICATION": f'requirepass "{secret}"' if secret else "",
        }

    def prepare(self, layout: Layout, environment: "Environment") -> None:
        layout.make_data(NAME)

    def answers(self, layout: Layout, environment: "Environment") -> bool:
        import redis

        try:
            with client(environment, _here(environment)) as connected:
                return bool(connected.ping())
        except redis.RedisError:  # also while it loads its data
            return False

    def tell(self, running: "RunningComponent") -> None:
        import redis

        environment, layout = running.environment, running.layout
        if not self.answers(layout, environment):
            before = _password_in_force(layout)
            try:
                with client(environment, _here(environment), password=before) as connected:
                    connected.config_set("requirepass", environment["REDIS_PASSWORD"])
            except redis.RedisError:
                # Somebody changed it by hand. Appended to disk, nothing is lost by a restart.
                running.restart()
        running.write_files()


class Redis(Component):
    """Redis 7, appending to disk (spec 001 FR-003)."""

    name = NAME
    title = "Redis 7"
    embedded = _Embedded()
    compose = ComposePart()
    ports = (Port(HOST_PORT, 6379),)
    checks = ("cache", "celery", "channels")
    service_address = ("REDIS_HOST", "REDIS_PORT")
    can_refuse = True
    clients = Clients("Redis clients", 10_000)  # Redis' own maxclients

    def variables(self, roles: Sequence[str]) -> tuple[Variable, ...]:
        return (
            Variable.of(
                "REDIS_PASSWORD",
                "Password of Redis; empty means none, which production refuses",
                password(),
                default="",
                generated=True,
                told=(NAME,),
                required_in_production=True,
                source="spec 001 FR-003",
            ),
            host_port(HOST_PORT, "Redis", 6379, (NAME,)),
        )

    def service_variables(self, service: "Service") -> tuple[Variable, ...]:
        return (
            Variable.of(
                "REDIS_HOST",
                "Where Redis is; without Docker the engine puts its loopback address in place",
                fixed(NAME, "the name of Redis in the stack's network"),
                default=NAME,
                source="spec 001 FR-005",
            ),
            Variable.of(
                "REDIS_PORT",
                "Redis' port there",
                fixed("6379", "Redis' port in the stack's network"),
                default="6379",
                source="spec 001 FR-005",
            ),
            Variable.of(
                "REDIS_PASSWORD",
                "Password of Redis",
                password(),
                default="",
                shared="REDIS_PASSWORD",
                source="spec 001 FR-003",
            ),
        )

    def prove(self, engine: "Engine", environment: "Environment") -> Found:
        """Prove that this stack's Redis 7 answers and appends to disk (spec 001 FR-003)."""
        where = shown(address := self.address(engine, environment))
        info = _information(environment, address)
        ours = self.state(engine)
        # In a container its pid cannot be told from here, but then the port is the container's.
        if ours.state != "running" or ours.pid not in (None, info["process_id"]):
            raise CheckFailed(
                f"the Redis at {where} is not this stack's: it has pid {info['process_id']}, "
                f"ours {ours.pid or 'does not run'}",
                "stop it, or set another REDIS_HOST_PORT in .env and run `inv env.sync`",
            )
        version = str(info["redis_version"])
        if version.split(".")[0] != MAJOR:
            raise CheckFailed(f"expected Redis 7, found {version}", "inv doctor")
        if info["aof_last_write_status"] != "ok":
            what = "Redis takes no writes: it cannot append them to its disk"
            raise CheckFailed(what, FREE_SPACE)
        if not info["aof_enabled"]:
            raise CheckFailed("Redis does not append to disk", "inv infra.restart redis")
        return f"Redis {version}, appending to disk", {"version": version}

    @contextmanager
    def refusing(self, engine: "Engine", environment: "Environment") -> Iterator[None]:
        """Change the password of the running Redis; its next start reads the right one again."""
        import redis

        host, port = self.address(engine, environment)
        right = environment["REDIS_PASSWORD"]
        with redis.Redis(
            host=host,
            port=port,
            password=right or None,
            single_connection_client=True,  # which stays signed in
        ) as connected:
            connected.config_set("requirepass", secrets.token_urlsafe(24))
            connected.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            try:
                yield
            finally:
                connected.config_set("requirepass", right)

    def count_clients(self, engine: "Engine", environment: "Environment") -> Counter[str]:
        import redis

        try:
            with client(environment, self.address(engine, environment)) as connected:
                clients = connected.client_list()
        except redis.RedisError:
            return Counter()
        return Counter(each["name"] or f"database {each['db']}" for each in clients)

    def open_prompt(
        self, engine: "Engine", environment: "Environment", arguments: Sequence[str]
    ) -> int:
        """Open redis-cli.

        Raises:
            HdmsError: it is not installed.
        """
        program = shutil.which("redis-cli")
        if program is None:
            raise HdmsError("redis-cli was not found on the PATH", "apt-get install redis-tools")
        host, port = self.address(engine, environment)
        # -e: an error of Redis' is one of the command's.
        command = [program, "-e", "-h", host, "-p", str(port), *arguments]
        secret = environment["REDIS_PASSWORD"]
        variables = {"REDISCLI_AUTH": secret} if secret else {}
        return run(command, env=variables, check=False, interactive=True).exit_code


def _here(environment: "Environment") -> Address:
    return LOOPBACK, int(environment[HOST_PORT])


def _configuration(layout: Layout) -> Path:
    return layout.config / "redis.conf"


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _password_in_force(layout: Layout) -> str:
    """Return the password in the redis.conf of the last start or sync; empty if there is none."""
    path = _configuration(layout)
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith("requirepass "):
            return line.split('"')[1]
    return ""


def _information(environment: "Environment", address: Address) -> dict[str, Any]:
    """Return what Redis says of itself.

    Raises:
        CheckFailed: it does not answer, or refuses.
    """
    import redis

    where = shown(address)
    try:
        with client(environment, address) as connected:
            info: Any = connected.info()
    except redis.AuthenticationError as error:
        what = f"Redis at {where} refused REDIS_PASSWORD: {error}"
        raise CheckFailed(what, "inv env.sync") from None
    except redis.ResponseError as error:
        what = f"Redis at {where} answers with an error: {error}"
        raise CheckFailed(what, "inv infra.logs redis") from None
    except redis.RedisError as error:
        raise CheckFailed(f"Redis at {where} does not answer: {error}", START) from None
    return dict(info)
