"""RabbitMQ as processes of this machine: one Erlang VM, without epmd, in `.hdms/`.

docs/decisions/013 says why it runs without Erlang's distribution, and what makes it fast.
"""

import hashlib
import json
import os
import re
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.components.embedded import EmbeddedPart
from hdms.components.rabbitmq.amqp import log_in
from hdms.components.rabbitmq.management import MARK, Management, Refused
from hdms.engines.embedded.account import components_account
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import on_path
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.stack import Stack

if TYPE_CHECKING:
    from hdms.engines.embedded.running import RunningComponent
    from hdms.environment.environment import Environment

NAME = "rabbitmq"
HOST_PORT, MANAGEMENT_PORT = "RABBITMQ_HOST_PORT", "RABBITMQ_MANAGEMENT_PORT"
NODE = "rabbit@localhost"
DEFINITIONS = "definitions.json"
# Nobody listens on it, and an ordinary account cannot: what looks for an epmd finds none.
NO_PORT = "1"


class RabbitMQEmbedded(EmbeddedPart):
    """Debian's RabbitMQ, by its own start script."""

    templates = (
        "rabbitmq/rabbitmq.conf",
        "rabbitmq/definitions.json",
        "rabbitmq/enabled_plugins",
        "rabbitmq/prepare",
        "rabbitmq/hdms_node.erl",
    )
    tells = "takes the new password"
    aborted_by_interrupt = "beam.smp"  # the Erlang VM

    def program(self, layout: Layout) -> Program:
        return Program(
            NAME,
            [server()],
            # `prepare`, `hdms_node.erl` and the definitions are found relative to it: RabbitMQ's
            # scripts and Erlang's flags split a path at a space.
            folder=layout.config,
            account=components_account(),
            environment={
                "HOME": str(layout.data(NAME)),  # Erlang makes its cookie there, for its owner only
                "ERL_AFLAGS": "-eval file:eval(prepare)",
                "ERL_EPMD_PORT": NO_PORT,
                "ERL_EPMD_ADDRESS": LOOPBACK,
                "ERL_CRASH_DUMP_SECONDS": "0",  # a dump would hold the password
                "LANG": "C.UTF-8",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                    f"-sname {NODE} -start_epmd false -erl_epmd_port {NO_PORT} -dist_listen false"
                ),
                # The script becomes the VM instead of its parent: a kill -9 leaves no VM behind.
                "RUNNING_UNDER_SYSTEMD": "true",
                "RABBITMQ_NODENAME": NODE,
                "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # instead of /etc/rabbitmq/rabbitmq-env.conf
                "RABBITMQ_CONFIG_FILE": str(layout.config / "rabbitmq.conf"),
                "RABBITMQ_ADVANCED_CONFIG_FILE": str(layout.config / "rabbitmq-advanced.config"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(layout.config / "enabled_plugins"),
                "RABBITMQ_MNESIA_BASE": str(layout.data(NAME)),
                "RABBITMQ_MNESIA_DIR": _data_folder(layout),
                "RABBITMQ_LOG_BASE": str(layout.data(NAME)),
                "RABBITMQ_LOGS": "-",
            },
        )

    def described(self) -> str:
        """Return its version and place; to ask it would take seconds."""
        script = server()
        version = re.search(r"rabbitmq_server-([\d.]+)", str(script.resolve()))
        return f"{version[1] if version else 'RabbitMQ'} ({script})"

    def values(self, layout: Layout, environment: "Environment") -> Mapping[str, str]:
        return {
            "RABBITMQ_CLUSTER_NAME": cluster_name(layout.stack),
            "RABBITMQ_LISTEN_ADDRESS": LOOPBACK,
            "RABBITMQ_LISTEN_PORT": environment[HOST_PORT],
            "RABBITMQ_MANAGEMENT_LISTEN_PORT": environment[MANAGEMENT_PORT],
        }

    def prepare(self, layout: Layout, environment: "Environment") -> None:
        layout.make_data(NAME)

    def answers(self, layout: Layout, environment: "Environment") -> bool:
        """Return whether both ports accept the environment's account."""
        api = _management(environment)
        try:
            api.get("whoami")
            log_in((LOOPBACK, int(environment[HOST_PORT])), api.user, api.password)
        except HdmsError:
            return False
        return True

    def started(self, layout: Layout, environment: "Environment") -> None:
        _management(environment).delete_former_accounts()

    def tell(self, running: "RunningComponent") -> None:
        try:
            _set_account(running.layout, running.environment)
        except HdmsError:
            # Somebody changed it by hand; the start sets it, whatever the data know.
            running.restart()
        running.write_files()


@cache
def server() -> Path:
    """Return RabbitMQ's own script `rabbitmq-server`.

    Debian's of the same name changes the account and the folder, and works for its own only.

    Raises:
        HdmsError: it is missing.
    """
    found = on_path("rabbitmq-server", "rabbitmq-server")
    wrapped = found.resolve().with_name("rabbitmq-server")
    return wrapped if wrapped.exists() else found


def cluster_name(stack: Stack) -> str:
    """Return what RabbitMQ calls itself here: another name for each stack."""
    return f"{MARK}-{hashlib.sha256(os.fsencode(stack.home)).hexdigest()[:12]}"


def _data_folder(layout: Layout) -> str:
    """Return the path of the data, without what a shell reads otherwise than it is written.

    RabbitMQ asks a shell for the free space there, unquoted: a path with a quote in it would let
    it wait for ever. The shell has the same folder as RabbitMQ.
    """
    path = str(layout.data(NAME) / "data")
    if shlex.quote(path) == path:
        return path
    return f"/proc/self/cwd/../{layout.data(NAME).name}/data"


def _management(environment: "Environment") -> Management:
    return Management.of(environment, (LOOPBACK, int(environment[MANAGEMENT_PORT])))


def _set_account(layout: Layout, environment: "Environment") -> None:
    """Give the running RabbitMQ the environment's account, with the one that it has.

    Raises:
        Refused: somebody changed the account by hand.
        Unreachable: RabbitMQ does not answer.
    """
    wanted = _management(environment)
    user, password = _account_in_force(layout)
    for known in (wanted, Management(wanted.address, user, password)):
        try:
            known.set_account(wanted.user, wanted.password)
            break
        except Refused:
            if known.user == user and known.password == password:
                raise
    wanted.delete_former_accounts()


def _account_in_force(layout: Layout) -> tuple[str, str]:
    """Return the user and password of the last start or sync."""
    (user,) = json.loads((layout.config / DEFINITIONS).read_text())["users"]
    return user["name"], user["password"]
