"""What tests of stacks in containers ask Docker and plain Compose."""

import os
import subprocess
from collections.abc import Sequence

from conftest import LIGHT

from hdms.checks.suite import prove_components
from hdms.engines.base import Engine
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.validation import load
from hdms.stack import PROJECT


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def container(engine: ComposeEngine, name: str) -> str:
    return f"{Project(engine.stack).name}-{name}-1"


def require_proven(engine: Engine, names: Sequence[str] = LIGHT) -> None:
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment, names) if not r.passed] == []


def plain_compose(engine: ComposeEngine, *arguments: str) -> None:
    options = ["--project-name", Project(engine.stack).name, "--env-file", engine.stack.root_env]
    home = {**os.environ, "HDMS_HOME": str(engine.stack.home)}
    subprocess.run(
        ["docker", "compose", *options, *arguments],
        cwd=PROJECT,
        env=home,
        check=True,
        capture_output=True,
    )
