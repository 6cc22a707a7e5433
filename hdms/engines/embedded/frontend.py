"""The frontend in the embedded engine: nginx, which routes to the services' loopback ports."""

import shlex
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hdms import app
from hdms.catalog import FRONTEND, SERVICES, WEB_SERVICES
from hdms.engines.embedded.account import components_account, give, require_ownership
from hdms.engines.embedded.guard import GUARDED
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.orphans import killing
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import on_path
from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.process import run
from hdms.render import FRONTEND_TEMPLATES, render_frontend
from hdms.stack import PROJECT

BIND = "FRONTEND_BIND_ADDRESS"
TRUSTED_PROXY = "FRONTEND_TRUSTED_PROXY"
NO_PROXY = "unix:"  # to nginx: who comes by a socket, on which it does not listen
BUILT_OF = "its source"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has the stack's own name
PID_FILE = "nginx.pid"  # in layout.run; the template names it


@cache
def nginx() -> Path:
    """Return nginx' program, which only the frontend needs.

    Raises:
        HdmsError: it is missing.
    """
    return on_path("nginx", "nginx")


def write_file(layout: Layout, environment: Environment) -> None:
    """Render nginx's files into `.hdms/config`, and say to its guard where nginx answers.

    Raises:
        HdmsError: nginx could not serve the page from this checkout.
    """
    if "$" in str(app.BUILT):
        raise HdmsError(
            f"the path {str(app.BUILT)!r} has a '$', which nginx would take for a variable",
            "move the checkout to a path without",
        )
    rendered = render_frontend(_values(layout, environment))
    files = {layout.config / name: text for name, text in rendered.items()}
    ready = f"{LOOPBACK} {environment[FRONTEND.port_variable]}\n"
    account = components_account()
    require_ownership(_memory(layout), account)
    _memory(layout).mkdir(mode=0o700, exist_ok=True)
    give(_memory(layout), account)
    for path, text in {**files, layout.ready_file(FRONTEND.name): ready}.items():
        write_private(path, text)
        give(path, account)


def program(layout: Layout) -> Program:
    """Return nginx as supervisord runs it.

    Raises:
        HdmsError: nginx is missing.
    """
    # The workers of a killed nginx hold its port for ever; one that ended has no pid file.
    first = f"[ ! -e {PID_FILE} ] || {shlex.join(map(str, killing(layout.stack, 'nginx')))}; "
    first += "ulimit -n $(ulimit -Hn); "  # a file for each connection
    return Program(
        FRONTEND.name,
        _command(layout, first, GUARDED),
        folder=layout.run,
        environment={"READY_FILE": str(layout.ready_file(FRONTEND.name))},
    )


def forget(layout: Layout) -> None:
    """Remove what nginx has outside of `.hdms/`; it does not run any more."""
    if _memory(layout) != layout.run:
        shutil.rmtree(_memory(layout), ignore_errors=True)


def _memory(layout: Layout) -> Path:
    """Return the folder for what is to be written on a full disk, too."""
    return SHARED_MEMORY / layout.stack.mark if SHARED_MEMORY.is_dir() else layout.run


def require_valid(layout: Layout) -> None:
    """Check the rendered configuration.

    Raises:
        CommandFailed: nginx refuses it; the message holds its words.
    """
    run([*_command(layout), "-t", "-q"])


def _command(
    layout: Layout, first: str = "", guarded: Sequence[str | Path] = ()
) -> list[str | Path]:
    """Return nginx, as the account of the components, after a piece of shell script."""
    script, account = f'{first}exec "$@"', components_account()
    if account is not None:
        # The access log, /dev/stdout, is opened anew; but supervisord's pipe belongs to root.
        # So supervisord cannot change the account, as it does for the components.
        change = ["setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups"]
        script = f'{first}chown {account} /dev/stdout && exec {shlex.join(change)} "$@"'
    started: list[str | Path] = [nginx(), "-e", "stderr", "-c", _configuration(layout)]
    return ["sh", "-c", script, "sh", *guarded, *started]


def values_told(environment: Environment) -> dict[str, str]:
    """Return what nginx runs with, by the names of the variables and of the templates."""
    ports = {service.port_variable: environment[service.port_variable] for service in WEB_SERVICES}
    return {
        **ports,
        BIND: environment[BIND],
        TRUSTED_PROXY: environment[TRUSTED_PROXY],
        BUILT_OF: app.fingerprint(),
        **{str(t.relative_to(PROJECT)): t.read_text(encoding="utf-8") for t in FRONTEND_TEMPLATES},
    }


def _configuration(layout: Layout) -> Path:
    return layout.config / "nginx.conf"


def _values(layout: Layout, environment: Environment) -> dict[str, str]:
    def address(port_variable: str) -> str:
        return f"{LOOPBACK}:{environment[port_variable]}"

    return {
        "FRONTEND_LISTEN": f"{environment[BIND]}:{environment[FRONTEND.port_variable]}",
        "FRONTEND_ROOT": _quoted(app.folder()),
        "FRONTEND_TEMPORARY": _quoted(layout.run),
        "FRONTEND_MEMORY": _quoted(_memory(layout)),
        "FRONTEND_BUFFERS": _quoted(layout.run),
        "FRONTEND_RESOLVER": "",  # the addresses are numbers
        TRUSTED_PROXY: environment[TRUSTED_PROXY] or NO_PROXY,
        **{s.address_variable: address(s.port_variable) for s in SERVICES},
    }


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
