"""The ways in which a component or process is broken; each is undone, also by Ctrl-C."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hdms.catalog import (
    COMPONENTS,
    component_names,
    process_names,
    require_unit,
)
from hdms.components.component import Component
from hdms.engines.base import Engine, silent
from hdms.engines.own_faults import FULL, OwnFault
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.wait import wait_until

ABSENCE_SECONDS = 3.0
# A guard looks for 20 s (services/guard.sh).
FOUND_SECONDS = 60.0

Inject = Callable[[Engine, Environment, str], None]
"""Breaks the part of this name; at its end the part is back, or on its way."""


def _restart(engine: Engine, environment: Environment, name: str) -> None:
    engine.restart(environment, name, silent)


def _stop(engine: Engine, environment: Environment, name: str) -> None:
    engine.down([name], silent)
    try:
        time.sleep(ABSENCE_SECONDS)  # the absence is the fault, not a wait for something
    finally:
        engine.up(environment, [name], silent)


def _kill(engine: Engine, _environment: Environment, name: str) -> None:
    engine.kill(name)


def _pause(engine: Engine, _environment: Environment, name: str) -> None:
    engine.freeze(name)
    try:
        time.sleep(ABSENCE_SECONDS)
    finally:
        engine.thaw(name)


def _hang(engine: Engine, _environment: Environment, name: str) -> None:
    begin = time.monotonic()
    engine.hang(name)
    try:
        wait_until(lambda: is_new(engine, name, begin), f"{name}'s guard to act", FOUND_SECONDS)
    except BaseException:  # also Ctrl-C
        engine.unhang(name)
        raise


def is_new(engine: Engine, name: str, since: float) -> bool:
    """Return whether a part was started after `since`: not what a killed one left running."""
    (unit,) = (unit for unit in engine.status() if unit.name == name)
    # Engines count whole seconds.
    return unit.state == "running" and unit.uptime <= time.monotonic() - since + 1


def _update(engine: Engine, environment: Environment, name: str) -> None:
    engine.update(environment, [name], silent)


def _refuse(engine: Engine, environment: Environment, name: str) -> None:
    with _refusing()[name].refusing(engine, environment):
        time.sleep(ABSENCE_SECONDS)


KINDS: dict[str, Inject] = {
    "restart": _restart,  # as planned
    "update": _update,  # replaced while it serves: no request may fail
    "stop": _stop,
    "kill": _kill,  # -9; it comes back by itself
    "pause": _pause,  # alive and silent
    "hang": _hang,  # the same, until its guard ends it
    "refuse": _refuse,  # answers, and lets nobody in
}


def require_kind(name: str) -> str:
    """Return `name` if it is a kind of fault.

    Raises:
        InvalidInput: it is none.
    """
    known = [*KINDS, FULL]
    if name not in known:
        raise InvalidInput(f"there is no fault {name!r}", f"expected one of: {', '.join(known)}")
    return name


@dataclass(frozen=True)
class Chosen:
    """Which faults are shown.

    Attributes:
        faults: pairs of a part and a kind.
        left_out: which are not, and why; a sentence each.
    """

    faults: list[tuple[str, str]]
    left_out: list[str]


def choose(engine: Engine, parts: Sequence[str] = (), kind: str | None = None) -> Chosen:
    """Return all faults, or those of some parts or one kind; of the engine's own, those possible.

    Raises:
        InvalidInput: there is no such part, or none of its faults is possible, e.g. since a process
            asks nobody for a password.
    """
    own = {(fault.part, fault.kind): fault for fault in engine.own_faults()}
    parts = [require_unit(part, [fault.part for fault in own.values()]) for part in parts]
    wanted = [
        (name, fault)
        for name, fault in [*faults(), *own]
        if (not parts or name in parts) and kind in (None, fault)
    ]
    if not wanted:
        raise InvalidInput(
            f"{', '.join(parts)} cannot have the fault {kind!r}",
            f"the components can refuse ({', '.join(_refusing())}), the others be updated or hang",
        )
    against = {
        pair: error
        for pair in wanted
        if pair in own and (error := _against(own[pair], bool(parts)))
    }
    possible = [pair for pair in wanted if pair not in against]
    reasons = [f"{name}: {fault}, since {e.message}" for (name, fault), e in against.items()]
    if not possible:
        raise InvalidInput("; ".join(reasons), next(iter(against.values())).hint)
    return Chosen(possible, reasons)


def faults() -> list[tuple[str, str]]:
    """Return all pairs of a component or process and a kind of fault."""
    return [
        (name, fault)
        for name in [*component_names(), *process_names()]
        for fault in KINDS
        if fault != "refuse" or name in _refusing()
        if fault not in ("update", "hang") or name in process_names()
    ]


def _refusing() -> dict[str, Component]:
    """Return, by name, the components that can answer and let nobody in."""
    return {component.name: component for component in COMPONENTS if component.can_refuse}


def _against(fault: OwnFault, named: bool) -> HdmsError | None:
    """Return why a fault of the engine's own is not shown.

    Args:
        named: it was asked for by the name of its part.
    """
    if fault.others and not named:
        return HdmsError(f"it concerns {fault.others}", f"inv faults --only {fault.part}")
    try:
        fault.require()
    except HdmsError as error:
        return error
    return None
