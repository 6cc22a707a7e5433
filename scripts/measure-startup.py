#!/usr/bin/env python3
"""Measure `inv infra.up` against the bare daemons, side by side: cold (no data) and warm.

Usage: .venv/bin/python scripts/measure-startup.py [ROUNDS]

"Bare" is the least that any tool has to wait for: initdb (cold only), then PostgreSQL, PgBouncer,
Redis and RabbitMQ started at once with the same configuration, until PostgreSQL accepts connections
and the others' ports are open. Prints the medians in seconds, and the ratio.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from hdms.catalog import COMPONENTS, POSTGRES, RABBITMQ, component_names
from hdms.disposable import disposable_stack
from hdms.engines.embedded.account import components_account
from hdms.engines.embedded.configuration import programs
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.layout import Layout
from hdms.environment.environment import Environment
from hdms.stack import HOME_VARIABLE, PROJECT
from hdms.wait import wait_until


def main(rounds: int) -> None:
    """Run the rounds, bare and with inv in turn, and print the figures."""
    taken: dict[str, list[float]] = {}
    with disposable_stack() as (engine, environment):
        for _ in range(rounds):
            for state in ("cold", "warm"):
                taken.setdefault(f"inv {state}", []).append(time_inv(engine, state))
                taken.setdefault(f"bare {state}", []).append(time_bare(engine, environment, state))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for state in ("cold", "warm"):
        inv, bare = medians[f"inv {state}"], medians[f"bare {state}"]
        print(
            f"{state}: inv infra.up {inv:.2f} s, bare daemons {bare:.2f} s, ratio {inv / bare:.1f}"
        )


def time_inv(engine: EmbeddedEngine, state: str) -> float:
    """Return the seconds of a whole `inv infra.up` in a process of its own."""
    if state == "cold":
        engine.delete_data()
    begin = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "invoke", "infra.up"],
        cwd=PROJECT,
        env={**os.environ, HOME_VARIABLE: str(engine.stack.home)},
        check=True,
        capture_output=True,
    )
    seconds = time.monotonic() - begin
    engine.down([], lambda _line: None)
    return seconds


def time_bare(engine: EmbeddedEngine, environment: Environment, state: str) -> float:
    """Return the seconds until the four daemons, started directly, answer."""
    layout = Layout(engine.stack)
    if state == "cold":
        shutil.rmtree(layout.data(POSTGRES.name))
        shutil.rmtree(layout.data(RABBITMQ.name) / "data")
    addresses = [
        engine.address(environment, component.name, port.variable)
        for component in COMPONENTS
        for port in component.ports
    ]
    commands = [
        program
        for program in programs(layout, environment, dict.fromkeys(_services(), Path()))
        if program.name in component_names()
    ]
    begin = time.monotonic()
    for component in COMPONENTS:
        component.embedded.prepare(layout, environment)
    daemons = [
        subprocess.Popen(
            [str(word) for word in program.command],
            user=components_account(),
            cwd=program.folder,
            env={**os.environ, **program.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for program in commands
    ]
    wait_until(lambda: POSTGRES.embedded.answers(layout, environment), POSTGRES.name, 30)
    wait_until(lambda: all(is_open(address) for address in addresses), "the ports", 30)
    seconds = time.monotonic() - begin
    for program, daemon in zip(commands, daemons, strict=True):
        daemon.send_signal(signal.Signals[f"SIG{program.stop_signal}"])
    for daemon in daemons:
        daemon.wait()
    return seconds


def is_open(address: tuple[str, int]) -> bool:
    """Return whether somebody accepts connections there."""
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def _services() -> list[str]:
    from hdms.catalog import SERVICES

    return [service.name for service in SERVICES]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
