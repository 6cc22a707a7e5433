"""`inv env.sync` killed at many moments while it tells containers new passwords, then repeated."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from keepsake import remember, require_remembered

from hdms import synchronise
from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.disposable import disposable_containers
from hdms.engines.compose.client import answers
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.env_file import EnvFile
from hdms.environment.validation import load
from hdms.stack import PROJECT

MOMENTS = int(os.environ.get("HDMS_TRIAL_MOMENTS", "10"))
LONGEST_SECONDS = 12.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
PASSWORDS = ("REDIS_PASSWORD", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "USER_SERVICE_DB_PASSWORD")
# The command less its verification, for which the services' images would be built.
_SYNC = """
import hdms.commands.env, tasks
from invoke.program import Program
hdms.commands.env.verify = lambda *_, **__: None
Program(namespace=tasks.namespace).run(["inv", "env.sync"])
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[ComposeEngine]:
    if not answers():
        pytest.skip("needs Docker")
    with disposable_containers() as (made, environment):
        made.up(environment, component_names(), print)
        remember(made, environment)
        yield made


def begin(engine: ComposeEngine) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SYNC],
        cwd=PROJECT,
        env={**os.environ, "HDMS_HOME": str(engine.stack.home), "HDMS_ENGINE": "compose"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def containers(engine: ComposeEngine) -> int:
    label = f"label=com.docker.compose.project={Project(engine.stack).name}"
    listed = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return len(subprocess.run(listed, check=True, capture_output=True).stdout.split())


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_the_next_synchronisation_ends_with_everything_proven(
    engine: ComposeEngine, number: signal.Signals, moment: int
) -> None:
    for name in PASSWORDS:
        file = EnvFile.read(engine.stack.root_env)
        file.path.write_text(file.with_values({name: secrets.token_hex(20)}))
    child = begin(engine)
    time.sleep(LONGEST_SECONDS * (moment + 0.5) / MOMENTS)
    # A terminal sends these to all that runs in its foreground, `docker compose` too.
    if number in (signal.SIGINT, signal.SIGHUP) and child.poll() is None:
        os.killpg(child.pid, number)
    else:
        child.send_signal(number)
    said, _ = child.communicate(timeout=200)
    assert "Traceback" not in said

    repeated = begin(engine)
    said, _ = repeated.communicate(timeout=200)
    assert repeated.returncode == 0, said
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment) if not r.passed] == []
    assert synchronise.make_plan(engine).lines() == []
    assert containers(engine) == len(component_names())
    require_remembered(engine, environment)
