"""The frontend in the embedded engine: nginx, which routes to the services' loopback ports."""

import shlex
from pathlib import Path

from hdms.catalog import FRONTEND, SERVICES, WEB_SERVICES
from hdms.engines.embedded.account import components_account, give
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import nginx
from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.render import FRONTEND_TEMPLATE, render_frontend
from hdms.stack import PROJECT

BIND = "FRONTEND_BIND_ADDRESS"
PAGE = FRONTEND_TEMPLATE.parent / "html"
PID_FILE = "nginx.pid"  # in layout.run; the template names it


def write_file(layout: Layout, environment: Environment) -> None:
    """Render `nginx.conf` into `.hdms/config`.

    Raises:
        HdmsError: nginx could not serve the page from this checkout.
    """
    if "$" in str(PAGE):
        raise HdmsError(
            f"the path {str(PAGE)!r} has a '$', which nginx would take for a variable",
            "move the checkout to a path without",
        )
    path = _configuration(layout)
    write_private(path, render_frontend(_values(layout, environment)))
    give(path, components_account())


def program(layout: Layout) -> Program:
    """Return nginx as supervisord runs it.

    Raises:
        HdmsError: nginx is missing.
    """
    # The workers of a killed nginx hold its port, and its process group, for ever.
    script = (
        f"former=$(cat {PID_FILE} 2>/dev/null) && ! kill -0 $former 2>/dev/null"
        " && kill -9 -$former 2>/dev/null; "  # no line ends: supervisord; no `--`: dash
    )
    account = components_account()
    if account is not None:
        # The access log, /dev/stdout, is opened anew; but supervisord's pipe belongs to root.
        # So supervisord cannot change the account, as it does for the components.
        change = ["setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups"]
        script += f'chown {account} /dev/stdout && exec {shlex.join(change)} "$@"'
    else:
        script += 'exec "$@"'
    started: list[str | Path] = [nginx(), "-e", "stderr", "-c", _configuration(layout)]
    return Program(FRONTEND.name, ["sh", "-c", script, "sh", *started], folder=layout.run)


def values_told(environment: Environment) -> dict[str, str]:
    """Return what nginx runs with, by the names of the variables and of the template."""
    template = str(FRONTEND_TEMPLATE.relative_to(PROJECT))
    ports = {service.port_variable: environment[service.port_variable] for service in WEB_SERVICES}
    return {
        **ports,
        BIND: environment[BIND],
        template: FRONTEND_TEMPLATE.read_text(encoding="utf-8"),
    }


def _configuration(layout: Layout) -> Path:
    return layout.config / "nginx.conf"


def _values(layout: Layout, environment: Environment) -> dict[str, str]:
    def address(port_variable: str) -> str:
        return f"{LOOPBACK}:{environment[port_variable]}"

    return {
        "FRONTEND_LISTEN": f"{environment[BIND]}:{environment[FRONTEND.port_variable]}",
        "FRONTEND_ROOT": _quoted(PAGE),
        "FRONTEND_TEMPORARY": _quoted(layout.run),
        "FRONTEND_RESOLVER": "",  # the addresses are numbers
        **{f"{s.prefix}_ADDRESS": address(s.port_variable) for s in SERVICES},
    }


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
