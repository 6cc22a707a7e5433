"""Somebody else's server on a port of ours: whatever it answers, it is not about our passwords."""

from dataclasses import replace

from hdms.catalog import COMPONENTS, port_variables
from hdms.checks.result import CheckFailed, CheckResult
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.ports import holder, is_free


def require_no_stranger(engine: Engine, environment: Environment, name: str) -> None:
    """Check that, where a component does not run, nobody else has its port.

    Raises:
        CheckFailed: somebody has; it says who.
    """
    unit = next(unit for unit in engine.status() if unit.name == name)
    if unit.state not in ("stopped", "failed") or unit.uptime:
        return
    for variable in port_variables(name):
        port = int(environment[variable])
        if not is_free(port):
            raise CheckFailed(
                f"this stack's {name} does not run, and its port {port} is held by {holder(port)}",
                "stop that process, or take another port (inv env.init --free-ports); "
                "then: inv infra.up",
            )


def named(engine: Engine, environment: Environment, result: CheckResult) -> CheckResult:
    """Return a failed result with the stranger that it met in place of what that one said."""
    if result.passed:
        return result
    try:
        for component in COMPONENTS:
            if result.check in component.checks:
                require_no_stranger(engine, environment, component.name)
    except CheckFailed as failure:
        message = f"{result.subject}: {failure.message}"
        return replace(result, message=message, hint=failure.hint)
    return result
