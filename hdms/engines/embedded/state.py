"""The state of components and processes, from supervisord's records."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hdms.engines.base import UnitStatus
from hdms.engines.embedded.replicas import unit_of

_STATES = {"RUNNING": "running", "STARTING": "running", "STOPPED": "stopped", "STOPPING": "stopped"}


def status(name: str, infos: Mapping[str, Mapping[str, object]]) -> UnitStatus:
    """Return the state of a unit, given the records of all programs."""
    return _worst(name, [info for program, info in infos.items() if unit_of(program) == name])


def _worst(name: str, infos: Sequence[Mapping[str, object]]) -> UnitStatus:
    """Return the worst state of these programs of a unit."""
    if not infos:
        return UnitStatus(name, "stopped")
    units = [_status_of_program(name, info) for info in infos]
    order = ("failed", "stopped", "running")
    worst = min(units, key=lambda unit: order.index(unit.state))
    if len(units) == 1 or all(unit.state == "stopped" for unit in units):
        return worst
    return replace(worst, pid=None, detail=f"{len(units)} processes {worst.detail}".strip())


def _status_of_program(name: str, info: Mapping[str, object]) -> UnitStatus:
    state = _STATES.get(str(info["statename"]), "failed")
    if state != "running":
        detail = str(info["spawnerr"] or info["description"]) if state == "failed" else ""
        return UnitStatus(name, state, detail=detail)
    uptime = max(0, int(str(info["now"])) - int(str(info["start"])))
    return UnitStatus(name, state, pid=int(str(info["pid"])), uptime=float(uptime))
