"""The ways in which a component or process is broken; each is undone, also by Ctrl-C."""

import time
from collections.abc import Callable

from hdms.catalog import component_names, process_names
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import InvalidInput
from hdms.faults.refusal import REFUSING

ABSENCE_SECONDS = 3.0

Inject = Callable[[Engine, Environment, str], None]
"""Breaks the part of this name; at its end the part is back, or on its way."""


def _silent(_line: str) -> None:
    pass


def _restart(engine: Engine, environment: Environment, name: str) -> None:
    engine.restart(environment, name, _silent)


def _stop(engine: Engine, environment: Environment, name: str) -> None:
    engine.down([name], _silent)
    try:
        time.sleep(ABSENCE_SECONDS)  # the absence is the fault, not a wait for something
    finally:
        engine.up(environment, [name], _silent)


def _kill(engine: Engine, _environment: Environment, name: str) -> None:
    engine.kill(name)


def _pause(engine: Engine, _environment: Environment, name: str) -> None:
    engine.freeze(name)
    try:
        time.sleep(ABSENCE_SECONDS)
    finally:
        engine.thaw(name)


def _refuse(engine: Engine, environment: Environment, name: str) -> None:
    with REFUSING[name](engine, environment):
        time.sleep(ABSENCE_SECONDS)


KINDS: dict[str, Inject] = {
    "restart": _restart,  # as planned
    "stop": _stop,
    "kill": _kill,  # -9; it comes back by itself
    "pause": _pause,  # alive and silent
    "refuse": _refuse,  # answers, and lets nobody in
}


def require_kind(name: str) -> str:
    """Return `name` if it is a kind of fault.

    Raises:
        InvalidInput: it is none.
    """
    if name not in KINDS:
        raise InvalidInput(f"there is no fault {name!r}", f"expected one of: {', '.join(KINDS)}")
    return name


def faults(part: str | None = None, kind: str | None = None) -> list[tuple[str, str]]:
    """Return all pairs of a part and a kind of fault, or those of one part or kind.

    Raises:
        InvalidInput: none is left: a process asks nobody for a password.
    """
    pairs = [
        (name, fault)
        for name in [*component_names(), *process_names()]
        for fault in KINDS
        if part in (None, name) and kind in (None, fault)
        if fault != "refuse" or name in REFUSING
    ]
    if not pairs:
        raise InvalidInput(
            f"{part} cannot refuse anybody: it is a process of a service",
            f"the components can: {', '.join(REFUSING)}",
        )
    return pairs
