"""`inv doctor`: what this machine and this checkout have, and what they lack."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hdms.catalog import WEB_SERVICES, component_names, port_variables
from hdms.disk import require_space
from hdms.engines.base import Engine
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.ports import holder, is_free

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        state: "ok", "note" (works, but worth knowing) or "fail".
        remedy: for a failure or note, what to do; may be empty for a note.
    """

    subject: str
    state: str
    text: str
    remedy: str = ""


def examine(engine: Engine) -> list[Finding]:
    """Look at everything that a start needs; never raises for what it finds."""
    examinations: list[tuple[str, Callable[[Engine], list[Finding]]]] = [
        ("python", _python),
        ("engine", _engine),
        *((name, partial(_need, name, found)) for name, found in engine.needs().items()),
        ("disk", _disk),
        (".env", _environment),
        ("ports", _ports),
        ("stack", _stack),
    ]
    findings = []
    for subject, look in examinations:
        try:
            findings += look(engine)
        except HdmsError as error:
            findings.append(Finding(subject, "fail", error.message, error.hint))
    return findings


def _python(_engine: Engine) -> list[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        return [Finding("python", "fail", f"{version} is too old", "install Python 3.11 or newer")]
    return [Finding("python", "ok", f"{version} ({sys.executable})")]


def _engine(engine: Engine) -> list[Finding]:
    return [Finding("engine", "ok", engine.name)]


def _need(name: str, found: Callable[[], str], _: Engine) -> list[Finding]:
    return [Finding(name, "ok", found())]


def _disk(engine: Engine) -> list[Finding]:
    home = engine.stack.home
    if not os.access(home, os.W_OK):
        return [Finding("disk", "fail", f"{home} is not writable", "change its owner or HDMS_HOME")]
    return [Finding("disk", "ok", require_space(home, engine.least_space()))]


def _environment(engine: Engine) -> list[Finding]:
    environment = load(engine.stack)
    stale = environment.drift()
    if stale:
        files = ", ".join(f"services/{service}/.env" for service in stale)
        return [Finding(".env", "note", f"{files} differ from the root .env", "inv env.sync")]
    return [Finding(".env", "ok", f"valid, for {environment['HDMS_ENVIRONMENT']}")]


def _ports(engine: Engine) -> list[Finding]:
    environment = load(engine.stack)
    running = engine.running()
    findings = []
    for name in (*component_names(), *(service.name for service in WEB_SERVICES)):
        for variable in () if name in running else port_variables(name):
            port = int(environment[variable])
            if not is_free(port):
                remedy = f"stop it, or set another {variable} in .env"
                text = f"{name}'s port {port} is held by {holder(port)}"
                findings.append(Finding("ports", "fail", text, remedy))
    return findings or [Finding("ports", "ok", "free, or held by this stack")]


def _stack(engine: Engine) -> list[Finding]:
    running = sorted(engine.running())
    failed = [unit for unit in engine.status() if unit.state == "failed"]
    findings = [
        Finding("stack", "fail", f"{unit.name}: {unit.detail}", f"inv infra.logs {unit.name}")
        for unit in failed
    ]
    if not running:
        return [*findings, Finding("stack", "note", "not running", "inv infra.up")]
    findings += [
        Finding("stack", "note", f"{name} is stopped", f"inv infra.start {name}")
        for name in component_names()
        if name not in running
    ]
    return [*findings, Finding("stack", "ok", f"running: {', '.join(running)}")]
