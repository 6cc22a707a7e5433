"""RabbitMQ: task-service's queue, and the events of all others."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdms.checks.result import CheckFailed
from hdms.components.component import FREE_SPACE, START, Component, Found, Port
from hdms.components.compose import ComposePart
from hdms.components.rabbitmq.amqp import log_in
from hdms.components.rabbitmq.embedded import (
    HOST_PORT,
    MANAGEMENT_PORT,
    NAME,
    RabbitMQEmbedded,
    cluster_name,
)
from hdms.components.rabbitmq.management import Management, Refused, Unreachable
from hdms.connections import Address, shown
from hdms.environment.variable import Variable, fixed, host_port, identifier, password

if TYPE_CHECKING:
    from docker.models.containers import Container

    from hdms.engines.base import Engine
    from hdms.environment.environment import Environment
    from hdms.service import Service

OLDEST = 3
_MANAGEMENT = Port(MANAGEMENT_PORT, 15672)


class _Compose(ComposePart):
    def started(
        self, container: "Container", environment: "Environment", reached: Callable[[int], Address]
    ) -> None:
        Management.of(environment, reached(_MANAGEMENT.inside)).delete_former_accounts()


class RabbitMQ(Component):
    """RabbitMQ with its management API (spec 003 T010)."""

    name = NAME
    title = "RabbitMQ"
    embedded = RabbitMQEmbedded()
    compose = _Compose()
    ports = (Port(HOST_PORT, 5672), _MANAGEMENT)
    checks = ("queue", "events")
    service_address = ("RABBITMQ_HOST", "RABBITMQ_PORT")
    can_refuse = True

    def management(self, engine: "Engine", environment: "Environment") -> Management:
        """Return the management API of a stack's RabbitMQ."""
        address = engine.address(environment, NAME, MANAGEMENT_PORT)
        return Management.of(environment, address)

    def variables(self, roles: Sequence[str]) -> tuple[Variable, ...]:
        return (
            Variable.of(
                "RABBITMQ_USER",
                "Account of RabbitMQ, the only one that is made",
                identifier(reserved=("guest",)),  # everybody knows that one, and it is deleted
                default="hdms",
                told=(NAME,),
                source="spec 003 T010",
            ),
            Variable.of(
                "RABBITMQ_PASSWORD",
                "Password of `RABBITMQ_USER`",
                password(),
                generated=True,
                told=(NAME,),
                source="spec 003 T010",
            ),
            host_port(HOST_PORT, "RabbitMQ", 5672, (NAME,)),
            host_port(MANAGEMENT_PORT, "RabbitMQ's management UI", 15672, (NAME,)),
        )

    def service_variables(self, service: "Service") -> tuple[Variable, ...]:
        return (
            Variable.of(
                "RABBITMQ_HOST",
                "Where RabbitMQ is; without Docker the engine puts its loopback address in place",
                fixed(NAME, "the name of RabbitMQ in the stack's network"),
                default=NAME,
                source="spec 003 T010",
            ),
            Variable.of(
                "RABBITMQ_PORT",
                "RabbitMQ's port there",
                fixed("5672", "RabbitMQ's port in the stack's network"),
                default="5672",
                source="spec 003 T010",
            ),
            Variable.of(
                "RABBITMQ_USER",
                "Account of RabbitMQ",
                identifier(),
                default="hdms",
                shared="RABBITMQ_USER",
            ),
            Variable.of(
                "RABBITMQ_PASSWORD",
                "Password of that account",
                password(),
                shared="RABBITMQ_PASSWORD",
            ),
        )

    def prove(self, engine: "Engine", environment: "Environment") -> Found:
        """Prove that this stack's RabbitMQ takes the account by HTTP and AMQP (spec 003 T010)."""
        address = self.address(engine, environment)
        api = self.management(engine, environment)
        try:
            overview = api.get("overview")
            log_in(address, api.user, api.password)
        except Refused as error:
            raise CheckFailed(
                f"RabbitMQ at {shown(address)} refused RABBITMQ_PASSWORD: {error.message}",
                "inv env.sync; where that has nothing to do: inv infra.restart rabbitmq",
            ) from None
        except Unreachable as error:
            raise CheckFailed(
                f"RabbitMQ at {shown(address)} (management: {shown(api.address)}) does not "
                f"answer: {error.message}",
                START,
            ) from None
        ours = self.state(engine)
        name, expected = overview.get("cluster_name"), cluster_name(engine.stack)
        # Where it has no pid it is in a container, and then the ports are the container's.
        if ours.state != "running" or (ours.pid is not None and name != expected):
            raise CheckFailed(
                f"the RabbitMQ at {shown(api.address)} is not this stack's: it is called {name}, "
                f"ours {expected if ours.state == 'running' else 'does not run'}",
                "stop it, or set other RABBITMQ_*_PORTs in .env and run `inv env.sync`",
            )
        version = str(overview["rabbitmq_version"])
        if int(version.split(".")[0]) < OLDEST:
            raise CheckFailed(f"expected RabbitMQ {OLDEST} or newer, found {version}")
        _require_no_alarm(api)
        return f"RabbitMQ {version}", {"release": version}

    @contextmanager
    def refusing(self, engine: "Engine", environment: "Environment") -> Iterator[None]:
        """Change the account's password and hang up on everybody; back afterwards.

        Should this process be killed meanwhile: RabbitMQ's next start sets the right one again.
        """
        right = self.management(engine, environment)
        wrong = Management(right.address, right.user, secrets.token_urlsafe(24))
        right.set_account(wrong.user, wrong.password)
        wrong.close_connections()
        try:
            yield
        finally:
            wrong.set_account(right.user, right.password)


def _require_no_alarm(api: Management) -> None:
    alarms = [
        alarm
        for node in api.get("nodes")
        for alarm in ("disk_free_alarm", "mem_alarm")
        if node.get(alarm)
    ]
    if alarms:
        remedy = FREE_SPACE if "disk_free_alarm" in alarms else "inv infra.restart rabbitmq"
        raise CheckFailed(f"RabbitMQ takes no messages: {', '.join(alarms)}", remedy)
