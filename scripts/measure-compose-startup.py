#!/usr/bin/env python3
"""Measure `inv infra.up --engine compose` against plain `docker compose up -d --wait`.

Usage: .venv/bin/python scripts/measure-compose-startup.py [ROUNDS]

Both start PostgreSQL, PgBouncer, Redis and RabbitMQ from the same file on empty volumes, in turn,
until all are healthy; the images are there already. Then, once, the same file without
`start_interval`, which is the specified health check and no more. Prints medians in seconds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hdms.catalog import component_names
from hdms.disposable import disposable_containers
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.stack import HOME_VARIABLE, PROJECT

# Docker ignores a start_period without start_interval.
_RESET = "{healthcheck: {start_interval: !reset null, start_period: !reset null}}"
WITHOUT_START_INTERVAL = "services:\n" + "".join(
    f"  {name}: {_RESET}\n" for name in component_names()
)


def main(rounds: int) -> None:
    """Run the rounds and print the figures."""
    inv, plain = [], []
    with disposable_containers() as (engine, environment):
        engine.up(environment, component_names(), lambda _line: None)  # builds the image
        for _ in range(rounds):
            inv.append(seconds_of(engine, inv_command()))
            plain.append(seconds_of(engine, compose_command(engine)))
        by_inv, by_compose = statistics.median(inv), statistics.median(plain)
        print(f"inv infra.up                    {by_inv:.2f} s  {listed(inv)}")
        print(f"docker compose up -d --wait     {by_compose:.2f} s  {listed(plain)}")
        print(f"ratio                           {by_inv / by_compose:.2f}")
        seconds = seconds_of(engine, compose_command(engine), WITHOUT_START_INTERVAL)
        print(f"the same, no start_interval     {seconds:.1f} s, {seconds / by_inv:.1f} times inv")


def inv_command() -> list[str]:
    """Return the command that is measured."""
    return [sys.executable, "-m", "invoke", "infra.up", "--engine", "compose"]


def compose_command(engine: ComposeEngine) -> list[str]:
    """Return what does the same without the toolkit."""
    options = [
        f"--project-name={Project(engine.stack).name}",
        f"--env-file={engine.stack.root_env}",
    ]
    return ["docker", "compose", *options, "up", "--detach", "--wait", *component_names()]


def seconds_of(engine: ComposeEngine, command: Sequence[str], overlay: str = "") -> float:
    """Return the seconds of a whole command on empty volumes.

    Args:
        overlay: a compose file to be merged over docker-compose.yml.
    """
    engine.down([], lambda _line: None)
    engine.delete_data()
    variables = {HOME_VARIABLE: str(engine.stack.home)}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        if overlay:
            file.write(overlay)
            file.flush()
            variables["COMPOSE_FILE"] = f"{PROJECT / 'docker-compose.yml'}:{Path(file.name)}"
        begin = time.monotonic()
        subprocess.run(
            command, cwd=PROJECT, env={**os.environ, **variables}, check=True, capture_output=True
        )
        return time.monotonic() - begin


def listed(values: Sequence[float]) -> str:
    """Return single values, for who wants to see the spread."""
    return "(" + ", ".join(f"{value:.2f}" for value in values) + ")"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
