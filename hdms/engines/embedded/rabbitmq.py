"""RabbitMQ in the embedded engine: one Erlang VM, without epmd, in `.hdms/`.

docs/decisions/013 says why it runs without Erlang's distribution, and what makes it fast.
"""

import json
import shlex

from hdms.engines.embedded.account import components_account
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import rabbitmq_server
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.rabbitmq import Management, Refused, log_in

NODE = "rabbit@localhost"
DEFINITIONS = "definitions.json"
# Nobody listens on it, and an ordinary account cannot: what looks for an epmd finds none.
NO_PORT = "1"


def program(layout: Layout) -> Program:
    """Return RabbitMQ as supervisord runs it; nothing of it is secret.

    Raises:
        HdmsError: RabbitMQ is missing.
    """
    return Program(
        "rabbitmq",
        [rabbitmq_server()],
        # `prepare`, `hdms_node.erl` and the definitions are found relative to it: RabbitMQ's
        # scripts and Erlang's flags split a path at a space.
        folder=layout.config,
        account=components_account(),
        environment={
            "HOME": str(layout.rabbitmq_data),  # Erlang makes its cookie there, for its owner only
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
            "RABBITMQ_MNESIA_BASE": str(layout.rabbitmq_data),
            "RABBITMQ_MNESIA_DIR": _data_folder(layout),
            "RABBITMQ_LOG_BASE": str(layout.rabbitmq_data),
            "RABBITMQ_LOGS": "-",
        },
    )


def _data_folder(layout: Layout) -> str:
    """Return the path of the data, without what a shell reads otherwise than it is written.

    RabbitMQ asks a shell for the free space there, unquoted: a path with a quote in it would let
    it wait for ever. The shell has the same folder as RabbitMQ.
    """
    path = str(layout.rabbitmq_data / "data")
    if shlex.quote(path) == path:
        return path
    return f"/proc/self/cwd/../{layout.rabbitmq_data.name}/data"


def management(environment: Environment) -> Management:
    """Return the management API with the environment's account."""
    return Management.of(environment, (LOOPBACK, int(environment["RABBITMQ_MANAGEMENT_PORT"])))


def answers(environment: Environment) -> bool:
    """Return whether both ports accept the environment's account."""
    user, password = environment["RABBITMQ_USER"], environment["RABBITMQ_PASSWORD"]
    try:
        management(environment).get("whoami")
        log_in((LOOPBACK, int(environment["RABBITMQ_HOST_PORT"])), user, password)
    except HdmsError:
        return False
    return True


def set_account(layout: Layout, environment: Environment) -> None:
    """Give the running RabbitMQ the environment's account, with the one that it has.

    Raises:
        Refused: somebody changed the account by hand.
        Unreachable: RabbitMQ does not answer.
    """
    wanted = management(environment)
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
