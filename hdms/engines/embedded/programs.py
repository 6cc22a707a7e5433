"""What supervisord is told about the programs that it runs."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hdms.engines.embedded.layout import Layout

# Until it is killed; PostgreSQL's fast shutdown under load takes the longest.
STOP_SECONDS = 30.0
# Retries wait one second longer each time: 20 of them cover three minutes.
START_RETRIES = 20


@dataclass(frozen=True)
class Program:
    """What to run, as whom, and how to stop it."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    account: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"


def supervisord_conf(layout: Layout, programs: Sequence[Program]) -> str:
    """Return supervisord's configuration; it holds no secret."""
    return "\n".join([_own_section(layout), *(_section(layout, p) for p in programs)])


def _own_section(layout: Layout) -> str:
    as_root = "user=root\n" if os.geteuid() == 0 else ""
    return (
        "[supervisord]\n"
        f"logfile={_escape(layout.log('supervisord'))}\n"
        "logfile_maxbytes=1MB\nlogfile_backups=1\n"
        f"pidfile={_escape(layout.supervisord_pid)}\n"
        f"childlogdir={_escape(layout.logs)}\n"
        f"umask=077\n{as_root}\n"
        "[unix_http_server]\n"
        f"file={_escape(layout.supervisord_socket)}\nchmod=0700\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = "
        "supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _section(layout: Layout, program: Program) -> str:
    # supervisord's own `environment` cannot hold every character that a path may have.
    variables = [f"{name}={value}" for name, value in program.environment.items()]
    command = ["env", *variables, *program.command] if variables else program.command
    log = layout.log(program.name).relative_to(layout.stack.state)
    account = f"user={program.account}\n" if program.account else ""
    return (
        f"[program:{program.name}]\n"
        f"command={_escape(shlex.join(str(word) for word in command))}\n"
        f"directory={_escape(program.folder)}\n"
        f"{account}"
        f"autostart=false\nautorestart=true\nstartsecs=1\nstartretries={START_RETRIES}\n"
        f"stopsignal={program.stop_signal}\nstopwaitsecs={STOP_SECONDS:.0f}\n"
        "killasgroup=true\nredirect_stderr=true\n"
        # Relative to supervisord's own folder: it expands % in this value twice.
        f"stdout_logfile={log}\n"
        "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=2\n"
    )


def _escape(value: str | Path) -> str:
    """Return a value as supervisord's configuration takes it, where % begins an expression."""
    return str(value).replace("%", "%%")
