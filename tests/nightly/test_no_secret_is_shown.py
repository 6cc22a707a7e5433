"""The whole system without Docker: where a secret may be seen.

Nowhere but in files. tests/nightly/test_production.py looks the same up for containers.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hdms.catalog import SERVICES, component_names, process_names
from hdms.checks.result import CHECKS
from hdms.checks.suite import verify
from hdms.disposable import disposable_stack
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT, VARIABLES
from hdms.migrate import migrate

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root sees what each process was given")


def everything_up(engine: Engine, environment: Environment) -> None:
    engine.up(environment, component_names(), print)
    assert [m.error for m in migrate(engine, environment, SERVICES, print) if m.error] == []
    engine.up(environment, process_names(), print)
    assert [r.message for r in verify(engine, environment, CHECKS, print) if not r.passed] == []


def secrets_of(environment: Environment) -> dict[str, str]:
    return {
        v.name: environment[v.name] for v in VARIABLES[ROOT] if v.secret and environment[v.name]
    }


def processes() -> Iterator[tuple[str, str]]:
    """Yield where and what, of every process of this machine, containers' own included."""
    for folder in Path("/proc").glob("[0-9]*"):
        for file in ("environ", "cmdline"):
            try:
                yield str(folder / file), (folder / file).read_text(errors="replace")
            except OSError:
                continue  # it ended, or is another account's


def require_unseen(environment: Environment, shown: list[tuple[str, str]]) -> None:
    secrets = secrets_of(environment)
    assert [(n, where) for where, what in shown for n, s in secrets.items() if s in what] == []


def test_without_docker() -> None:
    with disposable_stack() as (engine, environment):
        everything_up(engine, environment)
        shown = list(processes())
        shown += [(str(p), p.read_text()) for p in (engine.stack.state / "logs").glob("*")]

        require_unseen(environment, shown)
